/* test_lease.c - which of several agents may write: each decision, then a simulation of two and
 * three agents on one database with random kills, pauses, slow creates, late calls and lost
 * answers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "qualiodoo/core/lease.h"

#define S INT64_C(1000)

/* ---- Each decision ---- */

static struct lease with_row(int64_t now_ms)
{
    struct lease lease = {0};

    assert_true(lease_created(&lease, &lease_limits, 7, now_ms, now_ms + 1 * S));
    return lease;
}

static void look(struct lease *lease, int64_t at_ms, int64_t lower)
{
    if (at_ms > lease->confirmed_ms)
        assert_true(lease_confirmed(lease, &lease_limits, at_ms, at_ms));
    lease_looked(lease, &lease_limits,
                 &(struct lease_look){.begun_ms = at_ms, .own = true, .lower = lower});
}

static void test_duty_takes_two_looks_30_seconds_apart(void **state)
{
    struct lease lease = with_row(0);

    (void)state;
    look(&lease, 1 * S, 0);
    assert_false(lease_may_write(&lease, &lease_limits, 1 * S));
    look(&lease, 30 * S, 0);
    assert_int_equal(lease.phase, LEASE_CANDIDATE);
    look(&lease, 31 * S, 0);
    assert_true(lease_may_write(&lease, &lease_limits, 31 * S));
}

static void test_a_lower_live_row_makes_a_standby(void **state)
{
    struct lease lease = with_row(0);

    (void)state;
    look(&lease, 1 * S, 0);
    look(&lease, 31 * S, 3);
    assert_int_equal(lease.phase, LEASE_STANDBY);
    look(&lease, 91 * S, 0);
    look(&lease, 121 * S, 0);
    assert_int_equal(lease.phase, LEASE_DUTY);
    look(&lease, 181 * S, 3);
    assert_false(lease_may_write(&lease, &lease_limits, 181 * S));
}

static void test_duty_ends_two_minutes_after_the_last_confirmed_heartbeat_was_begun(void **state)
{
    struct lease lease = with_row(0);

    (void)state;
    look(&lease, 1 * S, 0);
    look(&lease, 31 * S, 0);
    assert_true(lease_may_write(&lease, &lease_limits, 151 * S - 1));
    assert_false(lease_may_write(&lease, &lease_limits, 151 * S));
    assert_int_equal(lease_next(&lease, &lease_limits, 151 * S), LEASE_DROP);
}

static void test_a_heartbeat_answered_after_duty_ended_does_not_restore_it(void **state)
{
    struct lease lease = with_row(0);

    (void)state;
    assert_false(lease_confirmed(&lease, &lease_limits, 60 * S, 120 * S));
    assert_int_equal(lease.phase, LEASE_NONE);
    assert_int_equal(lease_next(&lease, &lease_limits, 120 * S), LEASE_CREATE);
}

static void test_a_create_of_20_seconds_gives_no_row(void **state)
{
    struct lease lease = {0};

    (void)state;
    assert_false(lease_created(&lease, &lease_limits, 7, 0, 20 * S));
    assert_int_equal(lease.phase, LEASE_NONE);
    assert_true(lease_created(&lease, &lease_limits, 8, 30 * S, 50 * S - 1));
}

static void test_a_row_that_is_gone_or_says_something_else_is_given_up(void **state)
{
    struct lease lease = with_row(0);

    (void)state;
    lease_looked(&lease, &lease_limits, &(struct lease_look){.begun_ms = S});
    assert_int_equal(lease.phase, LEASE_NONE);
}

static void test_the_row_is_tended_each_minute_and_a_candidate_looks_after_30_seconds(void **state)
{
    struct lease lease = with_row(0);

    (void)state;
    assert_int_equal(lease_next(&lease, &lease_limits, 60 * S - 1), LEASE_WAIT);
    assert_int_equal(lease_next(&lease, &lease_limits, 60 * S), LEASE_TEND);
    look(&lease, 10 * S, 0);
    assert_int_equal(lease_due_ms(&lease, &lease_limits), 40 * S);
    look(&lease, 40 * S, 0);
    assert_int_equal(lease_due_ms(&lease, &lease_limits), 100 * S);
}

static void test_a_row_is_live_for_three_minutes_after_its_stamp(void **state)
{
    const struct lease_row rows[] = {{3, 9820}, {4, 9821}, {5, 9990}, {9, 10000}, {12, 9999}};
    struct lease_rows look = {.rows = rows, .count = 5, .own = {9, 10000}};
    size_t live = 0;

    (void)state;
    assert_int_equal(lease_lowest(&look, &lease_limits, &live), 4);
    assert_int_equal(live, 3);
    look.waited_ms = 1 * S;
    assert_int_equal(lease_lowest(&look, &lease_limits, &live), 5);
    look.waited_ms = 170 * S;
    assert_int_equal(lease_lowest(&look, &lease_limits, &live), 0);
    assert_int_equal(live, 1);
}

/* ---- Simulation ---- */

#define AGENTS_MAX 3
#define ROWS_MAX 4000
#define CALLS_MAX 64
#define NEVER INT64_MAX

/* The rates of faults: each happens to one call or step in so many; 0: never. */
struct weather {
    unsigned lost, slow_create, late, kill, stop;
};

enum kind { CREATE, BEAT, LOOK, RELEASE };

/* A call on its way: what it does in Odoo, and when the agent hears of it (NEVER: lost). */
struct call {
    enum kind kind;
    int agent, life;
    int64_t row, begun, at, commit, answer, begun_ms;
    bool executed, answered;
};

struct row {
    int64_t stamp, visible; /* true time; NEVER: not committed yet */
    bool released;
};

struct agent {
    struct lease lease;
    int64_t offset;  /* of its clock, against true time */
    double rate;     /* of its clock, against true time */
    int64_t stopped; /* until this time; 0: it runs */
    int life;        /* count of restarts: answers to calls of an earlier one are ignored */
    int64_t busy_until, beat_end_ms;
    int64_t wrote; /* last time it could write, unless it gave duty up in order; 0: never */
    bool busy;
};

struct sim {
    struct agent agents[AGENTS_MAX];
    struct row rows[ROWS_MAX + 1];
    struct call calls[CALLS_MAX];
    const struct lease_limits *limits;
    struct weather weather;
    int64_t now, next_id, quiet_from, taken;
    int count, on_duty, violations, too_soon, takeovers;
    uint64_t random;
};

static uint32_t draw(struct sim *sim, uint32_t below)
{
    sim->random ^= sim->random << 13;
    sim->random ^= sim->random >> 7;
    sim->random ^= sim->random << 17;
    return below ? (uint32_t)((sim->random >> 16) % below) : 0;
}

static bool happens(struct sim *sim, unsigned one_in)
{
    return sim->now < sim->quiet_from && one_in && draw(sim, one_in) == 0;
}

static int64_t clock_of(const struct agent *agent, int64_t now)
{
    return agent->offset + (int64_t)((double)now * agent->rate);
}

static int64_t clock_now_of(const struct sim *sim, const struct agent *agent)
{
    return clock_of(agent, sim->now);
}

static void send_call(struct sim *sim, int index, enum kind kind)
{
    struct agent *agent = &sim->agents[index];
    struct call *call = sim->calls;
    int64_t way = 5 + draw(sim, 400), work = 5 + draw(sim, 300), back = 5 + draw(sim, 400);

    while (call < sim->calls + CALLS_MAX && call->answer)
        call++;
    assert_true(call < sim->calls + CALLS_MAX);
    if (happens(sim, sim->weather.late))
        way = draw(sim, (uint32_t)(300 * S));
    if (kind == CREATE && happens(sim, sim->weather.slow_create))
        work = draw(sim, (uint32_t)(60 * S));
    *call = (struct call){.kind = kind,
                          .agent = index,
                          .life = agent->life,
                          .row = agent->lease.row,
                          .begun = sim->now,
                          .begun_ms = clock_now_of(sim, agent),
                          .at = sim->now + way,
                          .commit = sim->now + way + work,
                          .answer = sim->now + way + work + back};
    if (happens(sim, sim->weather.lost))
        call->life = -1;
    agent->busy = kind != RELEASE;
    /* The agent waits two minutes for an answer, then takes it for lost. */
    agent->busy_until = sim->now + 120 * S;
    if (call->answer > agent->busy_until)
        call->life = -1;
}

static void drop(struct sim *sim, int index)
{
    int64_t row = sim->agents[index].lease.row;

    if (row) {
        if (sim->agents[index].lease.phase != LEASE_DUTY)
            send_call(sim, index, RELEASE);
        lease_dropped(&sim->agents[index].lease);
    }
}

static void execute(struct sim *sim, struct call *call)
{
    struct row *row = &sim->rows[call->row];

    call->executed = true;
    if (call->kind == CREATE) {
        assert_true(sim->next_id < ROWS_MAX);
        call->row = ++sim->next_id;
        sim->rows[call->row] = (struct row){.stamp = call->at, .visible = NEVER};
    } else if (call->kind == RELEASE && call->row) {
        row->released = true;
    }
}

static void commit(struct call *call, struct sim *sim)
{
    if (call->kind == CREATE)
        sim->rows[call->row].visible = call->commit;
    else if (call->kind == BEAT && call->at > sim->rows[call->row].stamp)
        sim->rows[call->row].stamp = call->at;
}

static void hear_look(struct sim *sim, struct agent *agent, const struct call *call)
{
    struct lease_row rows[ROWS_MAX];
    struct lease_rows look = {.rows = rows,
                              .own = {call->row, sim->rows[call->row].stamp / S},
                              .waited_ms = call->begun_ms - agent->beat_end_ms};
    struct lease_look found = {.begun_ms = call->begun_ms, .own = !sim->rows[call->row].released};
    size_t live;

    for (int64_t id = 1; id <= sim->next_id; id++)
        if (sim->rows[id].visible <= call->at && !sim->rows[id].released)
            rows[look.count++] = (struct lease_row){id, sim->rows[id].stamp / S};
    found.lower = lease_lowest(&look, sim->limits, &live);
    lease_looked(&agent->lease, sim->limits, &found);
}

static void hear(struct sim *sim, struct call *call)
{
    struct agent *agent = &sim->agents[call->agent];
    int64_t now_ms = clock_now_of(sim, agent);

    if (call->kind == RELEASE)
        return;
    agent->busy = false;
    if (call->kind == CREATE &&
        !lease_created(&agent->lease, sim->limits, call->row, call->begun_ms, now_ms)) {
        agent->lease.row = 0;
        send_call(sim, call->agent, RELEASE);
        for (size_t i = 0; i < CALLS_MAX; i++)
            if (sim->calls[i].kind == RELEASE && sim->calls[i].begun == sim->now &&
                !sim->calls[i].executed && !sim->calls[i].row)
                sim->calls[i].row = call->row;
        return;
    }
    if (call->kind == CREATE) {
        agent->beat_end_ms = now_ms;
        send_call(sim, call->agent, LOOK);
    }
    if (call->kind == LOOK && agent->lease.row == call->row)
        hear_look(sim, agent, call);
    if (call->kind == BEAT && agent->lease.row == call->row &&
        lease_confirmed(&agent->lease, sim->limits, call->begun_ms, now_ms)) {
        agent->beat_end_ms = now_ms;
        send_call(sim, call->agent, LOOK);
    }
}

static void step_calls(struct sim *sim)
{
    for (size_t i = 0; i < CALLS_MAX; i++) {
        struct call *call = &sim->calls[i];
        struct agent *agent = &sim->agents[call->agent];

        if (!call->answer)
            continue;
        if (!call->executed && sim->now >= call->at)
            execute(sim, call);
        if (call->executed && sim->now >= call->commit)
            commit(call, sim);
        if (sim->now < call->answer || (call->life == agent->life && agent->stopped))
            continue;
        if (call->life == agent->life)
            hear(sim, call);
        *call = (struct call){0};
    }
}

static void step_agent(struct sim *sim, int index)
{
    struct agent *agent = &sim->agents[index];
    int64_t now_ms = clock_now_of(sim, agent);

    if (agent->stopped && sim->now >= agent->stopped)
        agent->stopped = 0;
    if (agent->stopped)
        return;
    if (happens(sim, sim->weather.stop)) {
        agent->stopped = sim->now + draw(sim, (uint32_t)(400 * S));
        return;
    }
    if (happens(sim, sim->weather.kill)) { /* a new process starts later, without memory */
        agent->life++;
        agent->busy = false;
        agent->stopped = sim->now + draw(sim, (uint32_t)(200 * S));
        lease_dropped(&agent->lease);
        return;
    }
    if (agent->busy && sim->now >= agent->busy_until) {
        agent->life++; /* an answer that comes later is ignored */
        agent->busy = false;
    }
    if (agent->busy)
        return;
    switch (lease_next(&agent->lease, sim->limits, now_ms)) {
    case LEASE_CREATE:
        send_call(sim, index, CREATE);
        break;
    case LEASE_TEND:
        send_call(sim, index, BEAT);
        break;
    case LEASE_DROP:
        drop(sim, index);
        break;
    case LEASE_WAIT:
        break;
    }
}

/* Checks invariants 1 and 2 of lease.c. */
static void check(struct sim *sim)
{
    int writers = 0, writer = -1;

    for (int i = 0; i < sim->count; i++) {
        struct agent *agent = &sim->agents[i];

        if (lease_may_write(&agent->lease, sim->limits, clock_now_of(sim, agent))) {
            writers++;
            writer = i;
            agent->wrote = sim->now;
        } else if (agent->lease.phase == LEASE_STANDBY) {
            agent->wrote = 0; /* gave duty up in order: no write was on its way */
        }
    }
    sim->violations += writers > 1;
    if (writer >= 0 && writer != sim->on_duty) {
        sim->takeovers++;
        sim->on_duty = writer;
        for (int i = 0; i < sim->count; i++)
            if (i != writer && sim->agents[i].wrote &&
                sim->now - sim->agents[i].wrote <
                    sim->limits->live_ms - sim->limits->duty_ms - 5 * S)
                sim->too_soon++;
    }
    if (writer >= 0 && sim->now >= sim->quiet_from && sim->taken < 0)
        sim->taken = sim->now - sim->quiet_from;
}

/* Runs two or three agents for an hour and a half, the last half hour without faults. */
static void live(struct sim *sim, uint64_t seed)
{
    sim->random = seed * 0x9E3779B97F4A7C15U + 1;
    sim->count = 2 + (int)(seed % 2);
    sim->quiet_from = 3600 * S;
    sim->on_duty = -1;
    sim->taken = -1;
    for (int i = 0; i < sim->count; i++)
        sim->agents[i] = (struct agent){.offset = draw(sim, 1000000000),
                                        .rate = 0.98 + draw(sim, 4001) / 100000.0,
                                        .stopped = 1 + draw(sim, (uint32_t)(40 * S))};
    for (sim->now = 0; sim->now < 5400 * S; sim->now += 250) {
        step_calls(sim);
        for (int i = 0; i < sim->count; i++)
            step_agent(sim, i);
        check(sim);
    }
}

struct sum {
    int violations, too_soon, takeovers, without;
    int64_t slowest;
};

/* Runs many simulations and stops at the first one with two agents on duty: an error or, with
 * weakened limits, what the test expects. */
static struct sum many_lives(int seeds, const struct lease_limits *limits,
                             const struct weather *weather)
{
    static struct sim sim;
    struct sum sum = {0};

    for (int seed = 1; seed <= seeds && !sum.violations; seed++) {
        memset(&sim, 0, sizeof sim);
        sim.limits = limits;
        sim.weather = *weather;
        live(&sim, (uint64_t)seed);
        sum.violations += sim.violations;
        sum.too_soon += sim.too_soon;
        sum.takeovers += sim.takeovers;
        sum.without += sim.taken < 0;
        if (sim.taken > sum.slowest)
            sum.slowest = sim.taken;
    }
    return sum;
}

static const struct weather storm = {
    .lost = 15, .slow_create = 2, .late = 20, .kill = 3000, .stop = 2000};

static int seeds(void)
{
    const char *text = getenv("LEASE_SEEDS");

    return text ? atoi(text) : 300;
}

static void test_never_two_agents_are_on_duty_and_one_takes_over_within_15_minutes(void **state)
{
    struct sum sum = many_lives(seeds(), &lease_limits, &storm);

    (void)state;
    print_message("%d lives: %d takeovers, the slowest after the last fault %lld s\n", seeds(),
                  sum.takeovers, (long long)(sum.slowest / S));
    assert_int_equal(sum.violations, 0);
    assert_int_equal(sum.too_soon, 0);
    assert_int_equal(sum.without, 0);
    assert_true(sum.takeovers > 2 * seeds());
    assert_true(sum.slowest < 15 * 60 * S);
}

static void test_without_faults_the_first_is_on_duty_within_a_minute_and_stays(void **state)
{
    const struct weather calm = {0};
    struct sum sum = many_lives(20, &lease_limits, &calm);

    (void)state;
    assert_int_equal(sum.violations, 0);
    assert_int_equal(sum.takeovers, 20);
    assert_int_equal(sum.slowest, 0);
}

/* With any limit weakened, the same simulations show two agents on duty: each limit is needed. */
static void test_each_limit_is_needed(void **state)
{
    struct lease_limits looks = lease_limits, create = lease_limits, duty = lease_limits;

    (void)state;
    looks.looks_ms = 0;
    assert_true(many_lives(seeds(), &looks, &storm).violations > 0);
    create.create_ms = 1000 * S;
    assert_true(many_lives(seeds(), &create, &storm).violations > 0);
    duty.duty_ms = 2 * lease_limits.live_ms;
    assert_true(many_lives(seeds(), &duty, &storm).violations > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_duty_takes_two_looks_30_seconds_apart),
        cmocka_unit_test(test_a_lower_live_row_makes_a_standby),
        cmocka_unit_test(test_duty_ends_two_minutes_after_the_last_confirmed_heartbeat_was_begun),
        cmocka_unit_test(test_a_heartbeat_answered_after_duty_ended_does_not_restore_it),
        cmocka_unit_test(test_a_create_of_20_seconds_gives_no_row),
        cmocka_unit_test(test_a_row_that_is_gone_or_says_something_else_is_given_up),
        cmocka_unit_test(test_the_row_is_tended_each_minute_and_a_candidate_looks_after_30_seconds),
        cmocka_unit_test(test_a_row_is_live_for_three_minutes_after_its_stamp),
        cmocka_unit_test(test_without_faults_the_first_is_on_duty_within_a_minute_and_stays),
        cmocka_unit_test(test_never_two_agents_are_on_duty_and_one_takes_over_within_15_minutes),
        cmocka_unit_test(test_each_limit_is_needed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
