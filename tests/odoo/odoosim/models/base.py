"""Partners, users, companies, products, units of measure and calendars."""

from __future__ import annotations

from ..schema import (
    boolean, char, date, decimal, define, html, integer, many2many, many2one, one2many, select, timestamp,
)

HR = "hr"

PARTNER = define(
    "res.partner", "Contact",
    char("name", "Name"),
    char("complete_name", "Complete Name", readonly=True),
    many2one("parent_id", "res.partner", "Related Company"),
    one2many("child_ids", "res.partner", "parent_id", "Contact"),
    char("ref", "Reference"),
    select("lang", (), "Language"),
    select("tz", (), "Timezone"),
    many2one("user_id", "res.users", "Salesperson"),
    char("vat", "Tax ID"),
    html("comment", "Notes"),
    many2many("category_id", "res.partner.category", "Tags"),
    boolean("active", "Active", default=True),
    char("function", "Job Position"),
    select("type", (("contact", "Contact"), ("invoice", "Invoice Address"), ("delivery", "Delivery Address"),
                    ("other", "Other Address")), "Address Type", default="contact"),
    char("street", "Street"), char("zip", "Zip"), char("city", "City"),
    decimal("partner_latitude", "Geo Latitude"),
    char("email", "Email"),
    char("phone", "Phone"),
    char("mobile", "Mobile", until=17),
    boolean("is_company", "Is a Company"),
    integer("color", "Color Index"),
    many2one("company_id", "res.company", "Company"),
    one2many("user_ids", "res.users", "partner_id", "Users"),
    boolean("partner_share", "Share Partner", readonly=True, default=True),
    many2one("commercial_partner_id", "res.partner", "Commercial Entity", readonly=True),
    char("commercial_company_name", "Company Name Entity", readonly=True),
    date("date", "Date", until=17),
    decimal("credit_limit", "Credit Limit", store=False, compute="zero", module="account"),
    integer("customer_rank", "Customer Rank", module="account"),
    one2many("invoice_ids", "account.move", "partner_id", "Invoices", module="account"),
    order="complete_name, id desc", mixins=frozenset({"thread", "activity"}),
)

LANG = define("res.lang", "Languages", char("name", "Name", required=True), char("code", "Locale Code", required=True),
              boolean("active", "Active"), order="active desc, name")

CATEGORY = define("res.partner.category", "Partner Tags", char("name", "Tag Name", required=True),
                  boolean("active", default=True), order="name")

USERS = define(
    "res.users", "User",
    char("login", "Login", required=True),
    char("name", "Name", related="partner_id.name", store=False),
    char("email", "Email", related="partner_id.email", store=False),
    char("password", "Password", store=False, compute="blank", searchable=False),
    many2one("partner_id", "res.partner", "Related Partner", required=True),
    boolean("active", "Active", default=True),
    boolean("share", "Share User", readonly=True),
    select("lang", (), "Language", related="partner_id.lang", store=False),
    select("tz", (), "Timezone", related="partner_id.tz", store=False),
    html("signature", "Email Signature"),
    many2one("company_id", "res.company", "Company", required=True),
    many2many("company_ids", "res.company", "Companies"),
    many2many("groups_id", "res.groups", "Groups", until=17),
    many2many("group_ids", "res.groups", "Groups", since=19),
    one2many("employee_ids", "hr.employee", "user_id", "Related employee", module=HR),
    order="name, login",
)

APIKEYS = define(
    "res.users.apikeys", "Users API Keys",
    char("name", "Description", required=True, readonly=True),
    many2one("user_id", "res.users", "User", required=True, readonly=True, ondelete="cascade"),
    char("scope", "Scope", readonly=True),
    timestamp("expiration_date", "Expiration Date", readonly=True, since=18),
)

GROUPS = define(
    "res.groups", "Access Groups",
    char("name", "Name", required=True),
    char("full_name", "Group Name", readonly=True, store=False, compute="group_full_name"),
    many2one("category_id", "ir.module.category", "Application", until=17),
    many2one("privilege_id", "res.groups.privilege", "Privilege", since=19),
    many2many("implied_ids", "res.groups", "Inherits"),
    many2many("users", "res.users", "Users", until=17),
    many2many("user_ids", "res.users", "Users", since=19),
    boolean("share", "Share Group"),
    order="name",
)

COMPANY = define(
    "res.company", "Companies",
    char("name", "Company Name", required=True),
    many2one("partner_id", "res.partner", "Partner", required=True),
    many2one("currency_id", "res.currency", "Currency", required=True),
    many2one("resource_calendar_id", "resource.calendar", "Default Working Hours"),
    many2one("parent_id", "res.company", "Parent Company"),
    boolean("active", "Active", default=True),
    many2one("timesheet_encode_uom_id", "uom.uom", "Timesheet Encoding Unit", module="hr_timesheet"),
    many2one("project_time_mode_id", "uom.uom", "Project Time Unit", module="hr_timesheet"),
    order="name",
)

CURRENCY = define(
    "res.currency", "Currency",
    char("name", "Currency", required=True),
    char("full_name", "Name"),
    char("symbol", "Symbol", required=True),
    decimal("rounding", "Rounding Factor", default=0.01),
    integer("decimal_places", "Decimal Places", default=2, readonly=True),
    boolean("active", "Active", default=True),
    order="active desc, name",
)

UOM_CATEGORY = define("uom.category", "Product UoM Categories", char("name", "Unit of Measure Category", required=True),
                      one2many("uom_ids", "uom.uom", "category_id"), until=17)

UOM = define(
    "uom.uom", "Product Unit of Measure",
    char("name", "Unit of Measure", required=True),
    integer("sequence", since=19),
    many2one("category_id", "uom.category", "Category", required=True, until=17),
    select("uom_type", (("bigger", "Bigger than the reference Unit of Measure"),
                        ("reference", "Reference Unit of Measure for this category"),
                        ("smaller", "Smaller than the reference Unit of Measure")), "Type", until=17,
           required=True, default="reference"),
    decimal("factor", "Ratio", until=17, required=True, default=1.0),
    decimal("factor_inv", "Bigger Ratio", until=17, readonly=True, store=False, compute="factor_inv"),
    decimal("ratio", "Combined Ratio", until=17, store=False, compute="uom_ratio"),
    decimal("relative_factor", "Contains", since=19, default=1.0),
    many2one("relative_uom_id", "uom.uom", "Reference Unit", since=19),
    decimal("factor", "Absolute Quantity", readonly=True, since=19),
    decimal("rounding", "Rounding Precision", default=0.01),
    boolean("active", "Active", default=True),
    order="name",
)

PRODUCT_TEMPLATE = define(
    "product.template", "Product",
    char("name", "Name", required=True),
    char("default_code", "Internal Reference"),
    select("type", (("consu", "Consumable"), ("service", "Service")), "Product Type", default="service", required=True),
    many2one("uom_id", "uom.uom", "Unit of Measure", required=True),
    decimal("list_price", "Sales Price", digits=2, default=1.0),
    boolean("active", "Active", default=True),
    boolean("sale_ok", "Can be Sold", default=True),
    many2one("company_id", "res.company", "Company"),
    one2many("product_variant_ids", "product.product", "product_tmpl_id", "Products"),
    order="name", module="product",
)

PRODUCT = define(
    "product.product", "Product Variant",
    char("default_code", "Internal Reference"),
    many2one("product_tmpl_id", "product.template", "Product Template", required=True, ondelete="cascade"),
    char("barcode", "Barcode"),
    boolean("active", "Active", default=True),
    char("name", "Name", related="product_tmpl_id.name", store=False),
    select("type", (("consu", "Consumable"), ("service", "Service")), "Product Type",
           related="product_tmpl_id.type", store=False),
    many2one("uom_id", "uom.uom", "Unit of Measure", related="product_tmpl_id.uom_id", store=False),
    decimal("list_price", "Sales Price", related="product_tmpl_id.list_price", store=False),
    many2one("company_id", "res.company", "Company", related="product_tmpl_id.company_id", store=False),
    order="default_code, id", module="product",
)

EMPLOYEE = define(
    "hr.employee", "Employee",
    char("name", "Employee Name", required=True),
    many2one("user_id", "res.users", "User"),
    many2one("company_id", "res.company", "Company", required=True),
    many2one("resource_calendar_id", "resource.calendar", "Working Hours"),
    boolean("active", "Active", default=True),
    order="name", module=HR,
)

CALENDAR = define(
    "resource.calendar", "Resource Working Time",
    char("name", "Name", required=True),
    boolean("active", "Active", default=True),
    many2one("company_id", "res.company", "Company"),
    one2many("attendance_ids", "resource.calendar.attendance", "calendar_id", "Working Time"),
    one2many("leave_ids", "resource.calendar.leaves", "calendar_id", "Time Off"),
    decimal("hours_per_day", "Average Hour per Day", default=8.0),
    select("tz", (), "Timezone", required=True, default="Europe/Paris"),
    boolean("two_weeks_calendar", "Calendar in 2 weeks mode"),
    boolean("flexible_hours", "Flexible Hours", since=19),
    order="name",
)

DAYS = tuple((str(i), n) for i, n in enumerate(
    ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")))

ATTENDANCE = define(
    "resource.calendar.attendance", "Work Detail",
    char("name", "Name", required=True),
    select("dayofweek", DAYS, "Day of Week", required=True, default="0"),
    date("date_from", "Starting Date"), date("date_to", "End Date"),
    decimal("hour_from", "Work from", required=True), decimal("hour_to", "Work to", required=True),
    many2one("calendar_id", "resource.calendar", "Resource's Calendar", required=True, ondelete="cascade"),
    select("day_period", (("morning", "Morning"), ("lunch", "Break"), ("afternoon", "Afternoon")),
           "Day Period", required=True, default="morning"),
    many2one("resource_id", "resource.resource", "Resource"),
    select("week_type", (("1", "Second"), ("0", "First")), "Week Number"),
    select("display_type", (("line_section", "Section"),), "Display Type"),
    integer("sequence", "Sequence", default=10),
    order="sequence, week_type, dayofweek, hour_from",
)

RESOURCE = define("resource.resource", "Resources", char("name", "Name", required=True),
                  boolean("active", default=True), many2one("calendar_id", "resource.calendar", "Working Time"))

LEAVES = define(
    "resource.calendar.leaves", "Resource Time Off Detail",
    char("name", "Reason"),
    many2one("company_id", "res.company", "Company"),
    many2one("calendar_id", "resource.calendar", "Working Hours"),
    timestamp("date_from", "Start Date", required=True),
    timestamp("date_to", "End Date", required=True),
    many2one("resource_id", "resource.resource", "Resource"),
    select("time_type", (("leave", "Time Off"), ("other", "Other")), "Time Type", default="leave"),
    order="date_from",
)

MODELS = (LANG, PARTNER, CATEGORY, USERS, APIKEYS, GROUPS, COMPANY, CURRENCY, UOM_CATEGORY, UOM,
          PRODUCT_TEMPLATE, PRODUCT, EMPLOYEE, CALENDAR, ATTENDANCE, RESOURCE, LEAVES)
