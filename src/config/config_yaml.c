/* config_yaml.c - from text to a YAML document, and the errors that name a place in it. */
#include "config_yaml.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "config_key.h"
#include "config_values.h"

/* ---- Errors that name a place ---- */

__attribute__((format(printf, 4, 5))) static int fail_at(const struct reader *reader, size_t line,
                                                         size_t column, const char *format, ...)
{
    char message[sizeof reader->error->message];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    return error_set(reader->error, ERR_CONFIG, "%s:%zu:%zu: %s", reader->file, line + 1,
                     column + 1, message);
}

int config_fail(const struct reader *reader, const yaml_node_t *node, const char *path,
                const char *format, ...)
{
    char message[sizeof reader->error->message];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    return fail_at(reader, node->start_mark.line, node->start_mark.column, "%s%s%s", path,
                   *path ? ": " : "", message);
}

static const char *describe(const yaml_node_t *node, char text[CONFIG_QUOTE_SIZE])
{
    const char *scalar = config_yaml_scalar(node);

    if (node->type == YAML_SEQUENCE_NODE)
        return "a list";
    if (node->type == YAML_MAPPING_NODE)
        return "a mapping";
    if (config_yaml_is_null(node))
        return "nothing";
    if (!scalar)
        return "a text with a NUL character";
    return *scalar ? config_quote(scalar, text) : "an empty text";
}

int config_fail_expected(const struct reader *reader, const yaml_node_t *node, const char *path,
                         const char *expected, const char *suggestion)
{
    char found[CONFIG_QUOTE_SIZE];

    return config_fail(reader, node, path, "found %s, expected %s%s%s%s", describe(node, found),
                       expected, suggestion ? "; did you mean '" : "", suggestion ? suggestion : "",
                       suggestion ? "'?" : "");
}

int config_fail_key(const struct reader *reader, const yaml_node_t *node, const struct key *key,
                    const char *suggestion)
{
    char expected[CONFIG_EXPECTED_SIZE];

    if (!key->type->describe)
        return config_fail_expected(reader, node, key->path, key->type->expected, suggestion);
    key->type->describe(key, expected);
    return config_fail_expected(reader, node, key->path, expected, suggestion);
}

/* ---- Errors of syntax, in words ---- */

static const struct {
    const char *problem, *words;
} syntax_words[] = {
    {"mapping values are not allowed in this context",
     "a ':' is not expected here; check the indentation, or quote the value"},
    {"could not find expected ':'", "found no ':' after a key, expected 'key: value'"},
    {"did not find expected key",
     "expected a key here, in line with those above; check the indentation and the quotes"},
    {"did not find expected '-' indicator", "expected '- ' here, in line with the items above"},
    {"did not find expected ',' or ']'", "a list is not closed: expected ',' or ']'"},
    {"did not find expected ',' or '}'", "a mapping is not closed: expected ',' or '}'"},
    {"found unexpected end of stream", "a quoted text is not closed"},
    {"found unexpected document indicator", "a quoted text is not closed"},
    {"found unknown escape character",
     "found an unknown escape after '\\'; use single quotes, where '\\' is a plain character"},
    {"found character that cannot start any token",
     "found a character that cannot start a value; quote the text"},
    {"control characters are not allowed", "found a control character"},
    {"exceeded maximum depth", "nested too deeply"},
    {"did not find expected alphabetic or numeric character", "found a bare '&' or '*'; quote it"},
    {"did not find URI escaped octet", "found a bare '!'; quote the text"},
};

static const char *words_of(const yaml_parser_t *parser, char at)
{
    if (at == '\t')
        return "found a tab, expected spaces";
    for (size_t i = 0; i < sizeof syntax_words / sizeof *syntax_words; i++) {
        if (strcmp(parser->problem, syntax_words[i].problem) == 0)
            return syntax_words[i].words;
    }
    return parser->problem;
}

/* Line and column of a byte offset, which is all that libyaml gives for an encoding error. */
static void locate(const char *text, size_t offset, size_t *ret_line, size_t *ret_column)
{
    *ret_line = *ret_column = 0;
    for (size_t i = 0; i < offset; i++) {
        if (text[i] == '\n') {
            ++*ret_line;
            *ret_column = 0;
        } else if (((unsigned char)text[i] & 0xC0) != 0x80) {
            ++*ret_column;
        }
    }
}

/* Points into `text` at a line and column (in characters); at its end when it is shorter. */
static const char *place(const char *text, size_t line, size_t column)
{
    for (; line > 0 && *text; text++)
        line -= *text == '\n';
    for (; column > 0 && *text; column--) {
        do
            text++;
        while (((unsigned char)*text & 0xC0) == 0x80);
    }
    return text;
}

static int fail_syntax(const struct reader *reader, const yaml_parser_t *parser, const char *text,
                       size_t size)
{
    size_t line, column;

    if (!parser->problem) /* libyaml sets no problem when memory is short */
        return error_memory(reader->error);
    switch (parser->error) {
    case YAML_READER_ERROR:
        locate(text, parser->problem_offset < size ? parser->problem_offset : size, &line, &column);
        if (strcmp(parser->problem, "control characters are not allowed") == 0)
            return fail_at(reader, line, column, "found a control character, expected text");
        return fail_at(reader, line, column,
                       "found a byte that is not UTF-8; save the file as UTF-8");
    default:
        line = parser->problem_mark.line;
        column = parser->problem_mark.column;
        return fail_at(reader, line, column, "%s", words_of(parser, *place(text, line, column)));
    }
}

/* ---- The text ---- */

/* Refuses tabs in the indentation: libyaml refuses most of them too, with a message that few
 * understand. */
static int refuse_tabs(const struct reader *reader, const char *text)
{
    size_t line = 0;

    for (;; line++) {
        size_t spaces = strspn(text, " ");

        if (text[spaces] == '\t')
            return fail_at(reader, line, spaces, "found a tab, expected spaces to indent");
        text = strchr(text, '\n');
        if (!text)
            return 0;
        text++;
    }
}

static void parser_start(yaml_parser_t *parser, const char *text, size_t size)
{
    yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(parser, (const unsigned char *)text, size);
}

static const char *clever(const yaml_event_t *event)
{
    const yaml_char_t *anchor = NULL, *tag = NULL;

    switch (event->type) {
    case YAML_ALIAS_EVENT:
        return "found an alias ('*name'), which this file may not use; write the value, or quote "
               "a text that starts with '*'";
    case YAML_SCALAR_EVENT:
        anchor = event->data.scalar.anchor;
        tag = event->data.scalar.tag;
        break;
    case YAML_SEQUENCE_START_EVENT:
        anchor = event->data.sequence_start.anchor;
        tag = event->data.sequence_start.tag;
        break;
    case YAML_MAPPING_START_EVENT:
        anchor = event->data.mapping_start.anchor;
        tag = event->data.mapping_start.tag;
        break;
    default:
        break;
    }
    if (anchor)
        return "found an anchor ('&name'), which this file may not use; quote a text that starts "
               "with '&'";
    if (tag)
        return "found a tag ('!name'), which this file may not use; quote a text that starts "
               "with '!'";
    return NULL;
}

/* Checks one event and updates *depth and *documents. */
static int check_event(const struct reader *reader, const yaml_event_t *event, int *depth,
                       int *documents)
{
    const yaml_mark_t *mark = &event->start_mark;
    const char *problem = clever(event);

    if (problem)
        return fail_at(reader, mark->line, mark->column, "%s", problem);
    if (event->type == YAML_DOCUMENT_START_EVENT && ++*documents > 1)
        return fail_at(reader, mark->line, mark->column,
                       "found a second document ('---'), expected one");
    if (event->type == YAML_SEQUENCE_START_EVENT || event->type == YAML_MAPPING_START_EVENT)
        ++*depth;
    if (event->type == YAML_SEQUENCE_END_EVENT || event->type == YAML_MAPPING_END_EVENT)
        --*depth;
    if (*depth > CONFIG_MAX_DEPTH)
        return fail_at(reader, mark->line, mark->column, "nested too deeply");
    return 0;
}

/* Checks the events, since a loaded document no longer shows anchors, tags or further documents. */
static int check_events(const struct reader *reader, const char *text, size_t size,
                        int *ret_documents)
{
    yaml_parser_t parser;
    int depth = 0, documents = 0, rc = 0;
    bool end = false;

    if (!yaml_parser_initialize(&parser))
        return error_memory(reader->error);
    parser_start(&parser, text, size);
    while (!rc && !end) {
        yaml_event_t event;

        if (!yaml_parser_parse(&parser, &event)) {
            rc = fail_syntax(reader, &parser, text, size);
            break;
        }
        rc = check_event(reader, &event, &depth, &documents);
        end = event.type == YAML_STREAM_END_EVENT;
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&parser);
    if (!rc)
        *ret_documents = documents;
    return rc;
}

static int load(struct reader *reader, const char *text, size_t size, yaml_document_t *ret_document)
{
    yaml_parser_t parser;
    yaml_document_t document;
    int rc = 0;

    if (!yaml_parser_initialize(&parser))
        return error_memory(reader->error);
    parser_start(&parser, text, size);
    if (yaml_parser_load(&parser, &document))
        *ret_document = document;
    else
        rc = fail_syntax(reader, &parser, text, size);
    yaml_parser_delete(&parser);
    return rc;
}

int config_yaml_parse(struct reader *reader, const char *text, size_t size,
                      yaml_document_t *ret_document)
{
    yaml_document_t document;
    const yaml_node_t *root;
    int documents = 0, rc;

    if (size >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0)
        return fail_at(reader, 0, 0, "found a byte order mark; save the file as UTF-8 without it");
    rc = refuse_tabs(reader, text);
    if (!rc)
        rc = check_events(reader, text, size, &documents);
    if (rc)
        return rc;
    if (documents == 0)
        return fail_at(reader, 0, 0, "the file is empty, expected the keys odoo, credit, ...");
    rc = load(reader, text, size, &document);
    if (rc)
        return rc;
    root = yaml_document_get_root_node(&document);
    if (root && root->type == YAML_MAPPING_NODE) {
        *ret_document = document;
        return 0;
    }
    if (!root || config_yaml_is_null(root))
        rc = fail_at(reader, 0, 0, "the file is empty, expected the keys odoo, credit, ...");
    else
        rc = config_fail_expected(reader, root, "", "keys, such as 'odoo:'", NULL);
    yaml_document_delete(&document);
    return rc;
}

int config_yaml_snippet(struct reader *reader, const char *text, yaml_document_t *ret_document)
{
    return load(reader, text, strlen(text), ret_document);
}

/* ---- Nodes ---- */

static yaml_node_t *child(yaml_document_t *document, const yaml_node_t *mapping, const char *name,
                          size_t length)
{
    const yaml_node_pair_t *pair = mapping->data.mapping.pairs.start;

    for (; pair < mapping->data.mapping.pairs.top; pair++) {
        const char *key = config_yaml_scalar(yaml_document_get_node(document, pair->key));

        if (key && strlen(key) == length && memcmp(key, name, length) == 0)
            return yaml_document_get_node(document, pair->value);
    }
    return NULL;
}

yaml_node_t *config_yaml_lookup(yaml_document_t *document, const char *path, bool deepest)
{
    yaml_node_t *node = yaml_document_get_root_node(document);

    while (*path) {
        size_t length = strcspn(path, ".");
        yaml_node_t *next =
            node->type == YAML_MAPPING_NODE ? child(document, node, path, length) : NULL;

        if (!next)
            return deepest ? node : NULL;
        node = next;
        path += length + (path[length] == '.');
    }
    return node;
}

yaml_node_t *config_yaml_item(const struct reader *reader, const yaml_node_t *list, size_t index)
{
    return yaml_document_get_node(reader->document, list->data.sequence.items.start[index]);
}

size_t config_yaml_count(const yaml_node_t *list)
{
    if (list->type == YAML_MAPPING_NODE)
        return (size_t)(list->data.mapping.pairs.top - list->data.mapping.pairs.start);
    return (size_t)(list->data.sequence.items.top - list->data.sequence.items.start);
}

const char *config_yaml_scalar(const yaml_node_t *node)
{
    const char *text;

    if (node->type != YAML_SCALAR_NODE)
        return NULL;
    text = (const char *)node->data.scalar.value;
    return strlen(text) == node->data.scalar.length ? text : NULL;
}

bool config_yaml_is_plain(const yaml_node_t *node)
{
    return node->type == YAML_SCALAR_NODE && node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
}

bool config_yaml_is_null(const yaml_node_t *node)
{
    const char *text = config_yaml_scalar(node);

    return text && config_yaml_is_plain(node) && config_scalar_kind(text) == SCALAR_NULL;
}
