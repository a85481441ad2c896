/* doctor_list.c - a list that grows by one text at a time, of which only the first are kept. */
#include "doctor_list.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void doctor_list_add(struct doctor_list *list, const char *format, ...)
{
    va_list arguments;
    FILE *stream;
    char *text = NULL;
    size_t size = 0;

    if (list->count++ >= DOCTOR_LIST_MAX)
        return;
    stream = open_memstream(&text, &size);
    if (!stream)
        return;
    if (list->text)
        fprintf(stream, "%s, ", list->text);
    va_start(arguments, format);
    vfprintf(stream, format, arguments);
    va_end(arguments);
    if (fclose(stream) != 0) {
        free(text);
        return;
    }
    free(list->text);
    list->text = text;
}

const char *doctor_list_text(struct doctor_list *list)
{
    size_t more = list->count > DOCTOR_LIST_MAX ? list->count - DOCTOR_LIST_MAX : 0;

    if (more) {
        list->count = 0;
        doctor_list_add(list, "and %zu more", more);
        list->count = DOCTOR_LIST_MAX;
    }
    return list->text ? list->text : "";
}

void doctor_list_free(struct doctor_list *list)
{
    free(list->text);
    *list = (struct doctor_list){0};
}
