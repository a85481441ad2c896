/* doctor_list.h - the list of records or names in a finding; internal to doctor. */
#ifndef QUALIODOO_DOCTOR_LIST_H
#define QUALIODOO_DOCTOR_LIST_H

#include <stddef.h>

/* A comma-separated list: the first DOCTOR_LIST_MAX items, then how many more there are. Zeroed to
 * begin with; free it with doctor_list_free(). An item is left out when there is no memory. */
#define DOCTOR_LIST_MAX 20
struct doctor_list {
    char *text;
    size_t count;
};
void doctor_list_add(struct doctor_list *list, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
const char *doctor_list_text(struct doctor_list *list); /* "" when it is empty */
void doctor_list_free(struct doctor_list *list);

#endif
