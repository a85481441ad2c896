/* explain_balance.c - explain balance: the invoices and what each granted, the lots and their
 * entries, the sums. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "output.h"
#include "qualiodoo/cli/table.h"
#include "qualiodoo/util/civil.h"
#include "qualiodoo/util/json_build.h"
#include "view.h"

static const char *const counterpart_names[] = {
    [COUNTERPART_MONEY] = "money",
    [COUNTERPART_OWN_REFUND] = "own_credit_note",
    [COUNTERPART_REFUND] = "credit_note",
    [COUNTERPART_MISCELLANEOUS] = "miscellaneous",
};

static const char *const counterpart_texts[] = {
    [COUNTERPART_MONEY] = "money",
    [COUNTERPART_OWN_REFUND] = "its own credit note",
    [COUNTERPART_REFUND] = "another credit note",
    [COUNTERPART_MISCELLANEOUS] = "a miscellaneous entry",
};

static const struct {
    const char *name, *text;
} counterpart_states[] = {
    [COUNTERPART_POSTED] = {"posted", ""},
    [COUNTERPART_NOT_POSTED] = {"not_posted", ", which is a draft or cancelled"},
    [COUNTERPART_REJECTED] = {"rejected", ", whose payment was rejected or cancelled"},
};

/* The invoice that a credit note, or a negative line of an invoice, takes back from. */
static const struct credit_move *taken_from(const struct account_facts *facts,
                                            const struct credit_move *move)
{
    if (move->type == MOVE_INVOICE)
        return move;
    for (size_t i = 0; move->reversed_entry && i < facts->n_moves; i++)
        if (facts->moves[i].id == move->reversed_entry)
            return &facts->moves[i];
    return NULL;
}

/* The minutes that a line asks to take back; 0 for a line that grants. */
static minutes asked_back(const struct account_facts *facts, const struct credit_move *move,
                          const struct credit_line *line)
{
    if (move->type == MOVE_INVOICE && line->quantity >= 0)
        return 0;
    return credit_clawback_minutes(move, line, taken_from(facts, move));
}

/* ---- JSON ---- */

static bool counts(enum credit_verdict verdict)
{
    return verdict == CREDIT_GRANTED || verdict == CREDIT_NO_INVOICE;
}

static json_t *line_json(const struct credit_line *line, minutes back)
{
    return json_pack("{so sI sI sI}", "line",
                     json_sprintf("account.move.line:%lld", (long long)line->id), "pack_minutes",
                     (json_int_t)line->pack_minutes, "minutes",
                     (json_int_t)credit_line_minutes(line), "asked_back_minutes", (json_int_t)back);
}

static json_t *settlement_json(const struct money_book *book, const struct credit_move *move,
                               const struct credit_settlement *settlement)
{
    return json_pack(
        "{so so so ss ss sb}", "partial",
        json_sprintf("account.partial.reconcile:%lld", (long long)settlement->partial), "line",
        json_sprintf("account.move.line:%lld", (long long)settlement->line), "date",
        json_day(settlement->date), "kind", counterpart_names[settlement->kind], "state",
        counterpart_states[settlement->state].name, "money", money_came_by(book, move, settlement));
}

static json_t *move_json(const struct account_facts *facts, const struct money_book *book,
                         const struct credit_move *move, const struct credit_outcome *outcome)
{
    json_t *lines = json_array(), *settlements = json_array();

    for (size_t i = 0; i < move->n_lines; i++)
        json_build_add(&lines,
                       line_json(&move->lines[i], asked_back(facts, move, &move->lines[i])));
    for (size_t i = 0; i < move->n_settlements; i++)
        json_build_add(&settlements, settlement_json(book, move, &move->settlements[i]));
    return json_pack(
        "{so ss ss so sb ss so so so so so}", "move",
        json_sprintf("account.move:%lld", (long long)move->id), "name", move->name, "type",
        move->type == MOVE_INVOICE ? "invoice" : "credit_note", "date",
        json_optional_day(move->has_date, move->date), "counts", counts(outcome->verdict),
        "verdict", credit_verdict_text(outcome->verdict), "payment_date",
        json_optional_day(outcome->has_payment, outcome->payment), "effective_date",
        json_optional_day(counts(outcome->verdict), outcome->start), "reverses",
        move->reversed_entry ? json_sprintf("account.move:%lld", (long long)move->reversed_entry)
                             : json_null(),
        "lines", lines, "settlements", settlements);
}

static json_t *entry_json(const struct ledger_entry *entry, const char *note)
{
    return json_pack("{so ss sI so so}", "date", json_day(entry->day), "kind",
                     ledger_kind_name(entry->kind), "minutes", (json_int_t)entry->amount, "source",
                     json_source(entry->source, entry->source_id), "note", json_text(note));
}

/* The entries of one lot (or of the overdraft). */
static int lot_entries(struct view *view, const struct account_view *account,
                       struct ledger_lot_name name, json_t *entries, struct error *error)
{
    const struct ledger *ledger = &account->result.ledger;
    int rc = 0;

    for (size_t i = 0; i < ledger->n_entries && rc == 0; i++) {
        const struct ledger_entry *entry = &ledger->entries[i];
        char *note = NULL;

        if (entry->lot.origin != name.origin || entry->lot.id != name.id)
            continue;
        rc = view_entry_note(view, account, entry, &note, error);
        if (rc == 0)
            rc = json_array_append_new(entries, entry_json(entry, note)) < 0 ? error_memory(error)
                                                                             : 0;
        free(note);
    }
    return rc;
}

static int lots_json(struct view *view, const struct account_view *account, json_t *lots,
                     struct error *error)
{
    const struct ledger *ledger = &account->result.ledger;
    int rc = 0;

    for (size_t i = 0; i < ledger->n_lots && rc == 0; i++) {
        const struct ledger_lot *lot = &ledger->lots[i];
        json_t *entries = json_array();
        const struct credit_move *renewal = account_lost_unless_paid(
            account->facts, &view->policy.account, &account->result, lot, view->today);

        rc = lot_entries(view, account, lot->name, entries, error);
        if (json_array_append_new(
                lots,
                json_pack("{so ss sI sI so so sI sI so so}", "lot", json_lot_name(lot->name),
                          "state", ledger_state_name(lot->state), "granted_minutes",
                          (json_int_t)lot->granted, "left_minutes", (json_int_t)lot->left, "start",
                          json_day(lot->start), "end", json_day(lot->end), "taken_back_minutes",
                          (json_int_t)lot->counted, "lost_minutes", (json_int_t)lot->lost,
                          "lost_unless_paid", renewal ? json_string(renewal->name) : json_null(),
                          "entries", entries)) < 0 &&
            rc == 0)
            rc = error_memory(error);
    }
    return rc;
}

static json_t *totals_json(const struct account_result *result)
{
    struct account_totals totals = account_totals(result);

    return json_pack("{sI sI sI sI sI sI sI}", "granted", (json_int_t)totals.grants, "adjusted_in",
                     (json_int_t)totals.adjusted_in, "reinstated", (json_int_t)totals.reinstated,
                     "debited", (json_int_t)totals.debits, "taken_back",
                     (json_int_t)totals.clawbacks, "adjusted_out", (json_int_t)totals.adjusted_out,
                     "expired", (json_int_t)totals.expired);
}

static int explanation(struct view *view, const struct account_view *account, json_t **ret,
                       struct error *error)
{
    const struct account_facts *facts = account->facts;
    const struct ledger *ledger = &account->result.ledger;
    json_t *moves = json_array(), *lots = json_array(), *overdraft = json_array();
    int rc;

    for (size_t i = 0; i < facts->n_moves; i++)
        json_build_add(&moves, move_json(facts, &account->result.book, &facts->moves[i],
                                         &account->result.outcomes[i]));
    rc = lots_json(view, account, lots, error);
    if (rc == 0)
        rc = lot_entries(view, account, (struct ledger_lot_name){LOT_NONE, 0}, overdraft, error);
    *ret = json_pack("{sI so so sI sI sI sI so so so so}", "customer_id",
                     (json_int_t)account->customer, "customer", json_text(account->name), "date",
                     json_day(view->today), "balance_minutes", (json_int_t)ledger->balance,
                     "available_minutes", (json_int_t)ledger->available, "overdraft_minutes",
                     (json_int_t)ledger->overdraft, "held_minutes",
                     (json_int_t)account->result.held, "totals", totals_json(&account->result),
                     "invoices", moves, "lots", lots, "overdraft", overdraft);
    return rc;
}

/* ---- Text ---- */

static const char *day_text(bool has, civil_day day, char text[CIVIL_TEXT_SIZE])
{
    return has ? civil_format(day, text) : "no date";
}

#define QUANTITY_TEXT_SIZE 32

/* A quantity without trailing zeros: 1, 2.5, -1. */
static char *quantity_text(nano quantity, char text[QUANTITY_TEXT_SIZE])
{
    uint64_t size = quantity < 0 ? -(uint64_t)quantity : (uint64_t)quantity;
    size_t length;

    snprintf(text, QUANTITY_TEXT_SIZE, "%s%llu.%09llu", quantity < 0 ? "-" : "",
             (unsigned long long)(size / NANO_ONE), (unsigned long long)(size % NANO_ONE));
    length = strlen(text);
    while (text[length - 1] == '0')
        length--;
    text[length - (text[length - 1] == '.')] = '\0';
    return text;
}

/* Prints "2 x 12:00 = 24:00", or what the line takes back. */
static void print_line(const struct account_facts *facts, const struct credit_move *move,
                       const struct credit_line *line, bool counted)
{
    char quantity[QUANTITY_TEXT_SIZE], pack[MINUTES_TEXT_SIZE], text[MINUTES_TEXT_SIZE];
    minutes whole = credit_line_minutes(line), back = asked_back(facts, move, line);
    bool offset = move->type == MOVE_INVOICE && whole > 0 && !credit_line_grants(move, line);

    table_say("    line %lld: %s × %s = %s", (long long)line->id,
              quantity_text(line->quantity, quantity), minutes_format(line->pack_minutes, pack),
              minutes_format(whole, text));
    if (counted && move->type == MOVE_CREDIT_NOTE && back < whole)
        table_say(", takes back %s, in proportion: as many packs cost more on the invoice",
                  minutes_format(back, text));
    else if (counted && back)
        table_say(", taken back");
    else if (offset)
        table_say(", which is not granted: the invoice's total is zero, but the line has a price");
    putchar('\n');
}

static bool is_invoice(const struct money_book *book, int64_t move)
{
    size_t at = money_find(book, move);

    return at < book->count && book->moves[at]->type == MOVE_INVOICE;
}

/* What settles a credit note other than money. An invoice on which no credit depends is not in the
 * book and cannot be told from an entry. */
static const char *note_counterpart_text(const struct money_book *book,
                                         const struct credit_move *note,
                                         const struct credit_settlement *settlement)
{
    if (settlement->reverses == note->id)
        return "the entry that reverses it";
    return is_invoice(book, settlement->move) ? "another invoice" : "an entry or another invoice";
}

static const char *counterpart_text(const struct money_book *book, const struct credit_move *move,
                                    const struct credit_settlement *settlement)
{
    if (settlement->exchange)
        return "the entry of an exchange difference, which is no write-off";
    if (move->type == MOVE_CREDIT_NOTE && settlement->kind == COUNTERPART_MISCELLANEOUS)
        return note_counterpart_text(book, move, settlement);
    if (money_only_undoes(book, move))
        return "the credit note that it undoes";
    if (settlement->kind == COUNTERPART_REFUND && money_came_by(book, move, settlement))
        return "the credit note of another invoice that was paid, which counts as money";
    return counterpart_texts[settlement->kind];
}

/* Prints the invoices of the down payment that `move` deducts, and the day each was paid. */
static void print_down_payments(const struct money_book *book, const struct credit_move *move)
{
    char day[CIVIL_TEXT_SIZE];

    for (size_t i = 0; i < book->count; i++) {
        const struct credit_move *down = book->moves[i];

        if (!money_is_down_payment_of(down, move))
            continue;
        table_say("    its down payment is %s (account.move:%lld): ", down->name,
                  (long long)down->id);
        if (book->money[i].verdict == CREDIT_GRANTED)
            table_say("paid on %s\n", civil_format(book->money[i].date, day));
        else
            table_say("%s\n", credit_verdict_text(book->money[i].verdict));
    }
}

static void print_move(const struct account_facts *facts, const struct money_book *book,
                       const struct credit_move *move, const struct credit_outcome *outcome)
{
    char day[CIVIL_TEXT_SIZE];

    table_say("  %s (account.move:%lld), %s of %s: %s", move->name, (long long)move->id,
              move->type == MOVE_INVOICE ? "invoice" : "credit note",
              day_text(move->has_date, move->date, day), credit_verdict_text(outcome->verdict));
    if (counts(outcome->verdict))
        table_say(" from %s", civil_format(outcome->start, day));
    putchar('\n');
    for (size_t i = 0; i < move->n_lines; i++)
        print_line(facts, move, &move->lines[i], counts(outcome->verdict));
    if (move->type == MOVE_INVOICE && move->total == 0 && !move->deducts_down_payment &&
        counts(outcome->verdict))
        table_say("    of amount zero: paid on its invoice date\n");
    print_down_payments(book, move);
    for (size_t i = 0; i < move->n_settlements; i++)
        table_say("    settled on %s by %s (account.move.line:%lld)%s\n",
                  civil_format(move->settlements[i].date, day),
                  counterpart_text(book, move, &move->settlements[i]),
                  (long long)move->settlements[i].line,
                  counterpart_states[move->settlements[i].state].text);
}

static void print_entries(json_t *entries)
{
    json_t *entry;
    size_t i;

    json_array_foreach(entries, i, entry) {
        char text[MINUTES_TEXT_SIZE];
        const char *note = json_string_value(json_object_get(entry, "note"));

        table_say("    %s  %-16s %8s  %s%s%s\n", json_string_value(json_object_get(entry, "date")),
                  json_string_value(json_object_get(entry, "kind")),
                  minutes_format(json_integer_value(json_object_get(entry, "minutes")), text),
                  json_string_value(json_object_get(entry, "source")), note ? "  " : "",
                  note ? note : "");
    }
}

static void print_lots(const struct ledger *ledger, json_t *explained)
{
    json_t *lots = json_object_get(explained, "lots");

    for (size_t i = 0; i < ledger->n_lots; i++) {
        const struct ledger_lot *lot = &ledger->lots[i];
        char from[CIVIL_TEXT_SIZE], to[CIVIL_TEXT_SIZE];
        char left[MINUTES_TEXT_SIZE], granted[MINUTES_TEXT_SIZE];
        json_t *json = json_array_get(lots, i);
        const char *unless = json_string_value(json_object_get(json, "lost_unless_paid"));

        table_say("\nlot %s: %s left of %s, usable from %s to %s included, %s\n",
                  json_string_value(json_object_get(json, "lot")), minutes_format(lot->left, left),
                  minutes_format(lot->granted, granted), civil_format(lot->start, from),
                  civil_format(lot->end - 1, to), ledger_state_name(lot->state));
        if (unless)
            table_say("  %s lost unless %s is paid\n",
                      minutes_format(lot->lost - lot->barred, left), unless);
        print_entries(json_object_get(json, "entries"));
    }
    if (json_array_size(json_object_get(explained, "overdraft"))) {
        table_say("\noverdraft (used without credit):\n");
        print_entries(json_object_get(explained, "overdraft"));
    }
}

static void print_totals(const struct account_result *result)
{
    struct account_totals totals = account_totals(result);
    const struct {
        const char *name;
        minutes amount;
    } rows[] = {
        {"granted by paid packs", totals.grants},
        {"added by hand", totals.adjusted_in},
        {"reinstated by a late renewal", totals.reinstated},
        {"charged to tickets", -totals.debits},
        {"taken back by credit notes", -totals.clawbacks},
        {"removed by hand", -totals.adjusted_out},
        {"expired", -totals.expired},
    };
    char text[MINUTES_TEXT_SIZE];

    putchar('\n');
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].amount)
            table_say("  %-30s %9s\n", rows[i].name, minutes_format(rows[i].amount, text));
    table_say("  %-30s %9s\n", "balance", minutes_format(result->ledger.balance, text));
    if (result->held)
        table_say("  (%s held: tickets without a response yet)\n",
                  minutes_format(result->held, text));
}

static void print_text(const struct view *view, const struct account_view *account,
                       json_t *explained)
{
    char text[MINUTES_TEXT_SIZE], day[CIVIL_TEXT_SIZE];

    table_say("%s (%lld): balance %s on %s\n\n", account->name ? account->name : "customer",
              (long long)account->customer, minutes_format(account->result.ledger.balance, text),
              civil_format(view->today, day));
    table_say("invoices and credit notes:\n");
    for (size_t i = 0; i < account->facts->n_moves; i++)
        print_move(account->facts, &account->result.book, &account->facts->moves[i],
                   &account->result.outcomes[i]);
    if (!account->facts->n_moves)
        table_say("  none carries a pack\n");
    print_lots(&account->result.ledger, explained);
    print_totals(&account->result);
}

int explain_balance(struct cli *cli, const char *customer, struct error *error)
{
    struct account_view account = {0};
    struct view view = {0};
    json_t *explained = NULL;
    int rc = view_open(cli, &view, error);

    if (rc == 0)
        rc = view_account_open(&view, customer, &account, error);
    if (rc == 0)
        rc = explanation(&view, &account, &explained, error);
    if (rc == 0 && !explained)
        rc = error_memory(error);
    if (rc == 0 && cli->json)
        rc = cli_print_json(json_incref(explained), error);
    else if (rc == 0)
        print_text(&view, &account, explained);
    json_decref(explained);
    view_account_close(&account);
    view_close(&view);
    return rc;
}
