/* xml_grammar.c - the elements by name, and which may stand in which. */
#include "xml_grammar.h"

#include <stddef.h>
#include <string.h>

enum xml_element xml_grammar_element(const char *name)
{
    static const struct {
        const char *name;
        enum xml_element element;
    } known[] = {
        /* by frequency: every element is looked up */
        {"value", XML_VALUE},      {"member", XML_MEMBER},
        {"name", XML_NAME},        {"int", XML_INTEGER},
        {"string", XML_STRING},    {"boolean", XML_BOOLEAN},
        {"double", XML_DOUBLE},    {"struct", XML_OBJECT},
        {"array", XML_LIST},       {"data", XML_DATA},
        {"nil", XML_NIL},          {"i4", XML_INTEGER},
        {"i8", XML_INTEGER_64},    {"ex:nil", XML_NIL},
        {"ex:i8", XML_INTEGER_64}, {"dateTime.iso8601", XML_DATETIME},
        {"base64", XML_BASE64},    {"methodResponse", XML_RESPONSE},
        {"params", XML_PARAMS},    {"param", XML_PARAM},
        {"fault", XML_FAULT},
    };

    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(name, known[i].name) == 0)
            return known[i].element;
    return XML_UNKNOWN;
}

bool xml_grammar_holds_text(enum xml_element element)
{
    return element == XML_VALUE || (element >= XML_NAME && element <= XML_BASE64);
}

static bool is_in_value(enum xml_element child)
{
    return child == XML_LIST || child == XML_OBJECT || child == XML_NIL ||
           (child >= XML_STRING && child <= XML_BASE64);
}

enum xml_element xml_grammar_after(enum xml_element parent, enum xml_element child)
{
    static const struct {
        enum xml_element parent, child, after;
    } allowed[] = {
        {XML_ROOT, XML_RESPONSE, XML_ROOT},
        {XML_RESPONSE, XML_PARAMS, XML_FULL_RESPONSE},
        {XML_RESPONSE, XML_FAULT, XML_FULL_RESPONSE},
        {XML_PARAMS, XML_PARAM, XML_FULL_PARAMS},
        {XML_PARAM, XML_VALUE, XML_FULL_VALUE},
        {XML_FAULT, XML_VALUE, XML_FULL_VALUE},
        {XML_LIST, XML_DATA, XML_LIST},
        {XML_DATA, XML_VALUE, XML_DATA},
        {XML_OBJECT, XML_MEMBER, XML_OBJECT},
        {XML_MEMBER, XML_NAME, XML_NAMED_MEMBER},
        {XML_NAMED_MEMBER, XML_VALUE, XML_FULL_MEMBER},
    };

    if (parent == XML_VALUE && is_in_value(child))
        return XML_FULL_VALUE;
    for (size_t i = 0; i < sizeof allowed / sizeof *allowed; i++)
        if (allowed[i].parent == parent && allowed[i].child == child)
            return allowed[i].after;
    return XML_UNKNOWN;
}
