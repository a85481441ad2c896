"""Databases with something to tell. Dates are counted from the world's today."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from .world import World


class Told:
    """A world with the shorthand of a story: days ago, office hours."""

    def __init__(self, world: World) -> None:
        self.world = world

    def day(self, ago: int) -> date:
        return self.world.today - timedelta(days=ago)

    def at(self, ago: int, hour: int = 9, minute: int = 0) -> datetime:
        """An instant (UTC) on the last working day at or before that many days ago."""
        day = self.day(ago)
        while day.weekday() > 4:
            day -= timedelta(days=1)
        return datetime.combine(day, time(hour, minute))

    def pack(self, customer: int, code: str, invoiced: int, paid: int | None = None, **options: object) -> int:
        """An invoice of one pack, paid (or not) so many days ago."""
        invoice = self.world.invoice(customer, [(code, 1)], self.day(invoiced), **options)  # type: ignore[arg-type]
        if paid is not None:
            self.world.pay(invoice, self.day(paid))
        return invoice

    def work(self, customer: int | None, name: str, ago: int, hours: list[float], priority: str = "1",
             answered: bool = True, closed: bool = True, tags: tuple[str, ...] = ()) -> int:
        """A ticket with its timesheets, one a day."""
        world = self.world
        ticket = world.ticket(customer, name, priority=priority, created=self.at(ago), tags=tags)
        if answered:
            world.assign(ticket, at=self.at(ago, 9, 40))
            world.reply(ticket, at=self.at(ago, 10, 5))
        for number, length in enumerate(hours):
            world.timesheet(ticket, length, self.day(max(0, ago - number)), name=f"{name} ({number + 1})")
        if answered and closed:
            world.close(ticket, at=self.at(max(0, ago - len(hours)), 16))
        return ticket


def empty(world: World) -> None:
    """Nothing but what a fresh database has."""


def demo(world: World) -> None:
    """A dozen customers of a French integrator, each with one thing to show."""
    story = Told(world)
    for code in ("SUP12", "SUP24", "SUP36"):
        world.product(code)
    _renewals(story)
    _refusals(story)
    _consumption(story)
    _tickets(story)


def _renewals(story: Told) -> None:
    """Contracts that ended: rolled over, lost, waiting for a payment, offered."""
    world = story.world
    boulangerie = world.partner("Boulangerie Lefort", ref="C001")
    story.pack(boulangerie, "SUP12", 400, 395)
    story.pack(boulangerie, "SUP12", 45, 40)
    story.work(boulangerie, "Caisse bloquée", 300, [1.5, 0.25])
    story.work(boulangerie, "Ticket Z impossible", 20, [0.17])

    garage = world.partner("Garage Müller & Fils", ref="C002")
    story.pack(garage, "SUP12", 420, 410)
    story.work(garage, "Lenteurs du poste atelier", 350, [0.5, 0.75])

    menuiserie = world.partner("Menuiserie Le Goff", ref="C003")
    story.pack(menuiserie, "SUP24", 390, 380)
    story.pack(menuiserie, "SUP24", 35)
    story.work(menuiserie, "Sauvegarde en échec", 200, [2.0, 1.0])

    cabinet = world.partner("Cabinet Dentaire Rivière", ref="C004")
    story.pack(cabinet, "SUP12", 360, 352)
    story.work(cabinet, "Radiologie : images absentes", 120, [1.25])

    association = world.partner("Association Les Petits Pas", ref="C005")
    world.invoice(association, [("SUP12", 1, 0)], story.day(90))
    story.work(association, "Messagerie", 60, [0.33, 0.08])


def _refusals(story: Told) -> None:
    """Money that came and went, or never came."""
    world = story.world
    hotel = world.partner("Hôtel de la Plage", ref="C006")
    invoice = story.pack(hotel, "SUP24", 100, 95)
    story.work(hotel, "Wi-Fi des chambres", 80, [0.5])
    refund = world.refund(invoice, date=story.day(30))
    world.bank_statement_settle_refund(refund, story.day(28))

    brasserie = world.partner("Brasserie du Port", ref="C007")
    bounced = story.pack(brasserie, "SUP12", 60, 55)
    world.unpay(bounced)
    story.work(brasserie, "Imprimante cuisine", 50, [0.42])

    librairie = world.partner("Librairie Côté Pages", ref="C008")
    partial = world.invoice(librairie, [("SUP36", 1)], story.day(25))
    world.pay(partial, story.day(20), 1500)

    pharmacie = world.partner("Pharmacie Saint-Michel", ref="C009")
    settled = world.invoice(pharmacie, [("SUP12", 1)], story.day(70))
    world.misc_settle(settled, story.day(65))


def _consumption(story: Told) -> None:
    """Too much used, contacts below a company, a new customer."""
    world = story.world
    transports = world.partner("Transports Ñandú Express", ref="C010")
    story.pack(transports, "SUP12", 150, 145)
    story.work(transports, "Migration du serveur", 90, [5.0, 4.5, 3.75], priority="2")
    correction = story.work(transports, "Terminaux embarqués", 40, [1.0, 0.08, 0.08])
    world.timesheet(correction, -0.5, story.day(35), name="Correction de saisie")

    groupe = world.partner("Groupe Beaumanoir Industrie", ref="C011")
    usine = world.partner("Claire Nguyen", parent=groupe)
    atelier = world.partner("Site de Rennes", parent=groupe, is_company=False)
    chef = world.partner("Paul Kerbrat", parent=atelier)
    story.pack(usine, "SUP36", 200, 180)
    story.work(usine, "Accès VPN refusé", 100, [0.25])
    story.work(chef, "Automate injoignable", 30, [0.75, 0.05, 0.05], priority="3")

    nouveau = world.partner("Atelier Vélo Nomade", ref="C012")
    story.pack(nouveau, "SUP12", 3, 0)
    story.work(nouveau, "Première installation", 0, [0.03], closed=False)


def _tickets(story: Told) -> None:
    """Tickets that are special in themselves."""
    world = story.world
    beaumanoir = world.env().search("res.partner", [("ref", "=", "C011")])[0]
    lefort = world.env().search("res.partner", [("ref", "=", "C001")])[0]
    story.work(beaumanoir, "Réunion de suivi", 15, [1.0], tags=("Interne",))
    story.work(None, "Appel sans client", 10, [0.2], closed=False)
    story.work(lefort, "Terminal de paiement en panne", 2, [], priority="3", answered=False)
    story.work(lefort, "Question sur une facture", 1, [], priority="0", answered=False)
    late = world.ticket(beaumanoir, "Serveur de fichiers arrêté", priority="3", created=story.at(6, 8))
    world.reply(late, at=story.at(6, 8, 5), author="customer", body="<p>C'est urgent !</p>")
    world.reply(late, at=story.at(6, 9), internal=True, body="<p>Voir avec Yann.</p>")
    world.reply(late, at=story.at(6, 15))
    assigned = world.ticket(beaumanoir, "Demande planifiée", created=story.at(4), user=world.people[1])
    world.timesheet(assigned, 0.5, story.day(3))


STORIES: dict[str, Callable[[World], None]] = {"demo": demo, "empty": empty}
