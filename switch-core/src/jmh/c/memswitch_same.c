// SPDX-License-Identifier: Apache-2.0
//
// memswitch_same: the switch of Weir's memory ports in C, as fast as we know how, doing the same work per frame.
//
// It is the yardstick for the Java version, so it must neither skip work nor waste it. One thread moves frames that
// stay where they are in one pool; what travels is a 64-bit descriptor:
//
//     generator > rx ring > [ collect a batch > learn the source, look up the destination > scatter ] > tx ring > sink
//         ^                                                                                                        |
//         +--------------------------- each frame goes back to the port it came from ------------------------------+
//
// Its shape was measured against others (time per frame, alternating runs, Zen 4); this is what stayed:
//   - Two passes over a batch. The first only loads headers, so that the cache misses of up to 256 frames overlap; the
//     second learns, looks up and forwards. Without the first: 15 to 45 % longer. With three loops for the second: up
//     to 16 % longer. The sink has two passes as well; with one: 3 to 11 % longer.
//   - Descriptors go straight into the destination's ring. Staging them by destination first costs a second copy and a
//     loop of unpredictable length for every destination: 2 % longer with 8 ports, 12 % with 64.
//   - No software prefetch: that of the next port's headers gained nothing, that of FDB entries cost about 25 %.
//   - All that forwarding needs of a destination port stands on one cache line, `struct egress` (not compared).
//
// Not modelled, because a port that is unaware of VLANs in a switch of memory ports never pays for it: tag parsing of
// access and trunk ports, storm limits, eviction when the table is full (learning is refused instead), shared slots
// for floods (each target gets a copy).
//
// Build: gcc -O3 -march=native -o memswitch_same memswitch_same.c -lpthread
// Usage: memswitch_same PORTS MACS BATCH BUFFERS LEN COPY TWO_CORES STRIDE HUGE SECONDS [CPU]
//        memswitch_same 8 64 64 1024 64 0 0 2048 1 1

#define _GNU_SOURCE
#include <inttypes.h>
#include <sched.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

// Table slots for each address the FDB may hold, at least 2. More slots: fewer probes, more cache.
#ifndef FDB_SLOTS_PER_ADDRESS
#define FDB_SLOTS_PER_ADDRESS 4
#endif

typedef uint64_t u64;
typedef uint32_t u32;
typedef uint16_t u16;

#define likely(condition) __builtin_expect(!!(condition), 1)
#define unlikely(condition) __builtin_expect(!!(condition), 0)
#define ALWAYS_INLINE static inline __attribute__((always_inline))
#define RARE static __attribute__((noinline, cold))

enum {
    CACHE_LINE = 64,
    LINE_PAIR = 128, // the prefetcher fetches lines in pairs, so indices of two threads stay this far apart
    MAX_PORTS = 1024,
    MAX_BATCH = 256,
    MAX_MACS = 1 << 24,
    MAX_RING = 4096, // of many ports; up to 8 ports each ring holds all frames
    HEADROOM = 256, // before each frame, for programs that grow it at the front
    STAGGER_LINES = 4, // a power of two
    MAX_OFFSET = HEADROOM + (STAGGER_LINES - 1) * CACHE_LINE,
    ETHERNET_HEADER = 14,
    VLAN_TAG = 4,
    MIN_UNCHECKED = 20, // from here on neither runt nor cut tag is possible
    MTU = 1500,
    ORIGIN_OFFSET = 16, // where the generator writes the origin port into a frame
    MIN_LENGTH = ORIGIN_OFFSET + 2,
    MAX_BUFFERS = 1 << 24,
    FDB_CAPACITY = 8192,
    CLOCK_EVERY_BATCHES = 8,
    EPOCH_SECONDS = 10,
    AGE_EPOCHS = 30,
    FLAP_MOVES = 10,
    HOLD_SECONDS = 5,
    REPETITIONS = 3
};

// ---------------------------------------------------------------------------------------------- counters

// A counter with one writer. Relaxed, because a reader that wants a consistent picture acquires `totals.batches`.
typedef struct {
    _Atomic u64 value;
} cell;

ALWAYS_INLINE u64 cell_get(const cell *c) {
    return atomic_load_explicit(&c->value, memory_order_relaxed);
}

ALWAYS_INLINE void cell_add(cell *c, u64 amount) {
    atomic_store_explicit(&c->value, cell_get(c) + amount, memory_order_relaxed);
}

enum drop_reason { INVALID_SOURCE, HAIRPIN, RESERVED_GROUP, RUNT, MALFORMED_VLAN, OVERSIZE, NO_BUFFER, DROP_REASONS };

// ---------------------------------------------------------------------------------------------- frames

// Descriptor:   63                              18 17             0
//              |   position in the pool (46)      |  length (18)   |
enum { LENGTH_BITS = 18 };
#define LENGTH_MASK ((1ULL << LENGTH_BITS) - 1)

struct pool {
    unsigned char *memory;
    u64 stride;
    u64 *free_slots; // empty frames, a stack: the slot freed last is the one most likely in cache
    u32 free_count;
    u32 slots;
};

ALWAYS_INLINE u32 frame_length(u64 descriptor) {
    return descriptor & LENGTH_MASK;
}

ALWAYS_INLINE unsigned char *frame_bytes(const struct pool *pool, u64 descriptor) {
    return pool->memory + (descriptor >> LENGTH_BITS);
}

// Only to make frames and to count them afterwards; the loops never ask for it.
static u32 frame_slot(const struct pool *pool, u64 descriptor) {
    return (descriptor >> LENGTH_BITS) / pool->stride;
}

// Headers that all stand at multiples of 2048 share few cache sets, so frames start on another line from slot to
// slot. The slot's own address fixes the lowest bit of its number in L1 and the lowest six in L2: hence these bits.
static u64 frame_descriptor(const struct pool *pool, u32 slot, u32 length) {
    u64 offset = HEADROOM + ((slot >> 1 ^ slot >> 6) & (STAGGER_LINES - 1)) * CACHE_LINE;
    return (slot * pool->stride + offset) << LENGTH_BITS | length;
}

ALWAYS_INLINE void free_slot(struct pool *pool, u64 descriptor) {
    pool->free_slots[pool->free_count++] = descriptor & ~LENGTH_MASK;
}

// A copy in a slot of its own. 0 when no slot is free (no descriptor is 0, for no frame is empty).
ALWAYS_INLINE u64 copy_frame(struct pool *pool, u64 descriptor) {
    if (unlikely(pool->free_count == 0)) {
        return 0;
    }
    u32 length = frame_length(descriptor);
    u64 copied = pool->free_slots[--pool->free_count] | length;
    memcpy(frame_bytes(pool, copied), frame_bytes(pool, descriptor), length);
    return copied;
}

// ---------------------------------------------------------------------------------------------- rings

// Single producer, single consumer. `tail` is written by the producer with release and read by the consumer with
// acquire; `head` the other way round.
struct ring {
    alignas(LINE_PAIR) _Atomic u64 tail;
    alignas(LINE_PAIR) _Atomic u64 head;
    alignas(LINE_PAIR) u64 slot[];
};

// The consumer's private side. `known_tail` is its last look at the producer's index.
struct consumer {
    struct ring *ring;
    u64 head;
    u64 known_tail;
    u64 mask;
};

ALWAYS_INLINE u32 available(struct consumer *c, u32 wanted) {
    u64 ready = c->known_tail - c->head;
    if (ready < wanted) {
        c->known_tail = atomic_load_explicit(&c->ring->tail, memory_order_acquire);
        ready = c->known_tail - c->head;
    }
    return ready < wanted ? ready : wanted;
}

// Descriptors to `to`; in two parts when they cross the ring's end.
ALWAYS_INLINE void copy_out(const struct consumer *c, u64 *to, u32 count) {
    u64 at = c->head & c->mask;
    u64 until_end = c->mask + 1 - at;
    u32 first = count < until_end ? count : until_end;
    memcpy(to, &c->ring->slot[at], first * sizeof *to);
    if (unlikely(first < count)) {
        memcpy(to + first, c->ring->slot, (count - first) * sizeof *to);
    }
}

ALWAYS_INLINE void release_taken(struct consumer *c, u32 count) {
    c->head += count;
    atomic_store_explicit(&c->ring->head, c->head, memory_order_release);
}

// ---------------------------------------------------------------------------------------------- ports

// What the switch needs of a port to receive from it: one line.
struct ingress {
    alignas(CACHE_LINE) struct consumer rx;
    u64 key_base; // an FDB key without the address: KEY_PRESENT and the port's VLAN, 0 for a port unaware of VLANs
    cell packets;
    cell bytes;
    cell decided;
};

// What the switch needs of a port to send to it: one line. Descriptors between the ring's published tail and `tail`
// belong to the current batch. `pending_bytes` is 0 exactly when there are none, for no frame is empty.
struct egress {
    alignas(CACHE_LINE) struct ring *ring;
    u64 tail;
    u64 limit; // first tail that would overwrite a descriptor the consumer may not have read
    u64 pending_bytes;
    u32 mask;
    u32 max_frame;
    cell enqueued;
    cell packets;
    cell bytes;
};

struct drops {
    alignas(CACHE_LINE) cell rx[DROP_REASONS];
    cell tx[DROP_REASONS];
};

// The other side of a port, on lines of its own because it may be another thread.
struct user {
    alignas(LINE_PAIR) struct consumer tx;
    struct ring *rx;
    u64 tail;
    u64 limit;
    u64 pending;
    cell held; // descriptors this user was given minus those it gave back (wraps below 0)
};

// ---------------------------------------------------------------------------------------------- forwarding database

// Value:   63            32 31    18  17     16   15        0
//         | refresh epoch  |  ...  | held | static | port     |
#define VALUE_STATIC (1ULL << 16)
#define VALUE_HELD (1ULL << 17)
#define VALUE_EPOCH_SHIFT 32
#define KEY_PRESENT (1ULL << 63) // so that no key equals an empty entry's 0, not even 00:00:00:00:00:00
#define KEY_VLAN_SHIFT 48
#define MAC_MASK ((1ULL << KEY_VLAN_SHIFT) - 1)

struct fdb_entry {
    u64 key;
    u64 value;
};

// Beside the table, touched only by the rare paths.
struct fdb_side {
    u32 older; // neighbours in the port's age list
    u32 newer;
    u32 move_second;
    u32 hold_until;
    u16 moves;
    u16 home; // where the address was before the moves of `move_second`
};

struct fdb {
    struct fdb_entry *entries;
    struct fdb_side *side;
    u64 multiplier;
    u64 mask;
    u32 shift;
    u32 epoch;
    u32 second;
    u32 slots;
    u32 used;
    u32 capacity;
    u32 quota;
    u32 used_by[MAX_PORTS];
    cell learn_refused;
    cell moves;
    cell flaps;
};

ALWAYS_INLINE u64 fdb_hash(const struct fdb *fdb, u64 key) {
    return key * fdb->multiplier >> fdb->shift;
}

// The entry that holds `key`, or the empty one where the search ended.
ALWAYS_INLINE struct fdb_entry *fdb_find(const struct fdb *fdb, u64 key) {
    u64 index = fdb_hash(fdb, key);
    struct fdb_entry *entry = &fdb->entries[index];
    while (unlikely(entry->key != key) && entry->key != 0) {
        index = (index + 1) & fdb->mask;
        entry = &fdb->entries[index];
    }
    return entry;
}

ALWAYS_INLINE u64 fresh_value(const struct fdb *fdb, u32 port) {
    return (u64)fdb->epoch << VALUE_EPOCH_SHIFT | port;
}

// The age lists are circular, one a port, oldest first; entry `slots + port` of `side` closes the circle.
static void age_unlink(struct fdb *fdb, u32 index) {
    struct fdb_side *side = &fdb->side[index];
    fdb->side[side->older].newer = side->newer;
    fdb->side[side->newer].older = side->older;
}

static void age_append(struct fdb *fdb, u32 index, u32 port) {
    u32 end = fdb->slots + port;
    u32 newest = fdb->side[end].older;
    fdb->side[index].older = newest;
    fdb->side[index].newer = end;
    fdb->side[newest].newer = index;
    fdb->side[end].older = index;
}

// Closes the gap behind a removed entry: linear probing must not meet an empty entry before a key it looks for.
RARE void fdb_remove(struct fdb *fdb, u32 gap) {
    age_unlink(fdb, gap);
    fdb->used--;
    fdb->used_by[(u16)fdb->entries[gap].value]--;
    for (u32 at = (gap + 1) & fdb->mask; fdb->entries[at].key != 0; at = (at + 1) & fdb->mask) {
        u64 wanted = fdb_hash(fdb, fdb->entries[at].key);
        bool may_move = ((at - wanted) & fdb->mask) >= ((at - gap) & fdb->mask);
        if (may_move) {
            fdb->entries[gap] = fdb->entries[at];
            fdb->side[gap] = fdb->side[at];
            if (!(fdb->entries[gap].value & VALUE_STATIC)) { // static entries are in no age list
                fdb->side[fdb->side[gap].older].newer = gap;
                fdb->side[fdb->side[gap].newer].older = gap;
            }
            gap = at;
        }
    }
    fdb->entries[gap] = (struct fdb_entry){0, 0};
}

RARE void fdb_age(struct fdb *fdb, u32 ports) {
    for (u32 port = 0; port < ports; port++) {
        u32 end = fdb->slots + port;
        for (u32 oldest = fdb->side[end].newer; oldest != end; oldest = fdb->side[end].newer) {
            u32 refreshed = fdb->entries[oldest].value >> VALUE_EPOCH_SHIFT;
            if (fdb->epoch - refreshed < AGE_EPOCHS) {
                break;
            }
            fdb_remove(fdb, oldest);
        }
    }
}

static void fdb_insert(struct fdb *fdb, struct fdb_entry *entry, u64 key, u32 port) {
    if (fdb->used == fdb->capacity || fdb->used_by[port] >= fdb->quota) {
        cell_add(&fdb->learn_refused, 1);
        return;
    }
    u32 index = entry - fdb->entries;
    *entry = (struct fdb_entry){key, fresh_value(fdb, port)};
    fdb->side[index] = (struct fdb_side){.home = port};
    fdb->used++;
    fdb->used_by[port]++;
    age_append(fdb, index, port);
}

static void fdb_place(struct fdb *fdb, u32 index, u32 port, u64 flags) {
    fdb->used_by[(u16)fdb->entries[index].value]--;
    fdb->used_by[port]++;
    fdb->entries[index].value = fresh_value(fdb, port) | flags;
    age_unlink(fdb, index);
    age_append(fdb, index, port);
}

// A source seen on another port. One that moves too often within a second is put back where it was and held there.
static void fdb_move(struct fdb *fdb, u32 index, u32 port) {
    struct fdb_side *side = &fdb->side[index];
    if (fdb->used_by[port] >= fdb->quota) {
        cell_add(&fdb->learn_refused, 1);
        return;
    }
    if (side->move_second != fdb->second) {
        side->move_second = fdb->second;
        side->moves = 0;
        side->home = (u16)fdb->entries[index].value;
    }
    if (++side->moves > FLAP_MOVES) {
        cell_add(&fdb->flaps, 1);
        side->hold_until = fdb->second + HOLD_SECONDS;
        fdb_place(fdb, index, side->home, VALUE_HELD);
        return;
    }
    cell_add(&fdb->moves, 1);
    fdb_place(fdb, index, port, 0);
}

// Everything but "known on this port and refreshed in this epoch". False: the frame has no valid source, drop it.
RARE bool fdb_learn(struct fdb *fdb, struct fdb_entry *entry, u64 key, u32 port) {
    u64 mac = key & MAC_MASK;
    bool multicast = mac & 1; // the group bit is the first bit on the wire, hence the lowest of a little-endian load
    if (multicast || mac == 0) {
        return false;
    }
    u32 index = entry - fdb->entries;
    if (entry->key == 0) {
        fdb_insert(fdb, entry, key, port);
    } else if (entry->value & VALUE_STATIC) {
        return true;
    } else if ((entry->value & VALUE_HELD) && fdb->second < fdb->side[index].hold_until) {
        return true;
    } else if ((u16)entry->value == port) {
        fdb_place(fdb, index, port, 0);
    } else {
        fdb_move(fdb, index, port);
    }
    return true;
}

// ---------------------------------------------------------------------------------------------- the switch

// The first 16 bytes of a frame as two little-endian words:
//          63        48 47                                   0
//   low   | source 0..1 |           destination              |
//   high  | 2 more bytes | EtherType (16) | source 2..5 (32) |
struct header {
    u64 low;
    u64 high;
};

ALWAYS_INLINE u64 destination_of(struct header header) {
    return header.low & MAC_MASK;
}

ALWAYS_INLINE u64 source_of(struct header header) {
    return header.low >> 48 | (header.high << 16 & MAC_MASK);
}

ALWAYS_INLINE bool is_tagged(struct header header) {
    return (u16)(header.high >> 32) == 0x0081; // 81:00 on the wire
}

// Frames first..end of a batch came from one port.
struct run {
    u32 port;
    u32 first;
    u32 end;
    u64 bytes;
};

struct totals {
    alignas(CACHE_LINE) cell decided;
    cell enqueued;
    cell floods; // frames that were flooded
    cell flood_copies; // frames made of them
    cell batches; // stored with release at the end of each batch
};

struct net_switch {
    struct ingress *ingress;
    struct egress *egress;
    struct drops *drops;
    struct user *user;
    struct pool pool;
    struct fdb fdb;
    u32 ports;
    u32 batch;
    u32 smallest_max_frame;
    u32 clock_countdown;
    bool copy;
    struct totals totals;
    u32 count; // frames in the batch
    u32 runs;
    u32 dropped; // of the current run, on the ingress side
    u32 touched_count;
    // Ports with descriptors to publish. One place more than ports, for appending writes before it decides.
    u16 touched[MAX_PORTS + 1];
    u16 user_touched[MAX_PORTS + 1];
    struct run run[MAX_BATCH];
    alignas(CACHE_LINE) u64 descriptor[MAX_BATCH];
    alignas(CACHE_LINE) struct header header[MAX_BATCH];
};

// ---------------------------------------------------------------------------------------------- drops

RARE void drop_ingress(struct net_switch *s, u32 port, enum drop_reason reason, u64 descriptor) {
    cell_add(&s->drops[port].rx[reason], 1);
    s->dropped++;
    free_slot(&s->pool, descriptor);
}

RARE void count_egress_drop(struct net_switch *s, u32 port, enum drop_reason reason) {
    cell_add(&s->egress[port].enqueued, 1);
    cell_add(&s->totals.enqueued, 1);
    cell_add(&s->drops[port].tx[reason], 1);
}

RARE void drop_egress(struct net_switch *s, u32 port, enum drop_reason reason, u64 descriptor) {
    count_egress_drop(s, port, reason);
    free_slot(&s->pool, descriptor);
}

RARE bool drop_if_cut(struct net_switch *s, u32 port, u32 i) {
    u32 length = frame_length(s->descriptor[i]);
    bool runt = length < ETHERNET_HEADER;
    if (!runt && !(length < MIN_UNCHECKED && is_tagged(s->header[i]))) {
        return false;
    }
    drop_ingress(s, port, runt ? RUNT : MALFORMED_VLAN, s->descriptor[i]);
    return true;
}

static bool is_oversize(const struct net_switch *s, u32 out, u32 i) {
    u32 allowed = s->egress[out].max_frame + (is_tagged(s->header[i]) ? VLAN_TAG : 0);
    return frame_length(s->descriptor[i]) > allowed;
}

RARE bool drop_if_oversize(struct net_switch *s, u32 out, u32 i) {
    if (!is_oversize(s, out, i)) {
        return false;
    }
    drop_egress(s, out, OVERSIZE, s->descriptor[i]);
    return true;
}

// ---------------------------------------------------------------------------------------------- scatter

// Looks at the consumer's index again; false when the ring is really full.
RARE bool find_room(struct egress *to) {
    to->limit = atomic_load_explicit(&to->ring->head, memory_order_acquire) + to->mask + 1;
    return to->tail != to->limit;
}

// Puts a frame into the ring of `out`; publish_egress shows it to the consumer. With `copy` the port gets a frame that
// nobody else has a descriptor of.
ALWAYS_INLINE void enqueue(struct net_switch *s, u32 out, u64 descriptor, bool copy) {
    struct egress *to = &s->egress[out];
    if (unlikely(to->tail == to->limit) && !find_room(to)) {
        drop_egress(s, out, NO_BUFFER, descriptor);
        return;
    }
    if (copy) {
        u64 copied = copy_frame(&s->pool, descriptor);
        if (unlikely(copied == 0)) {
            drop_egress(s, out, NO_BUFFER, descriptor);
            return;
        }
        free_slot(&s->pool, descriptor);
        descriptor = copied;
    }
    // Appending without a branch: with many ports "first of this batch?" is a coin toss for the predictor.
    s->touched[s->touched_count] = out;
    s->touched_count += to->pending_bytes == 0;
    to->pending_bytes += frame_length(descriptor);
    to->ring->slot[to->tail++ & to->mask] = descriptor;
}

// One copy for each other port of the VLAN; then the original is free.
static void flood(struct net_switch *s, u32 port, u32 i) {
    u64 original = s->descriptor[i];
    for (u32 out = 0; out < s->ports; out++) {
        if (out == port || s->ingress[out].key_base != s->ingress[port].key_base) {
            continue;
        }
        cell_add(&s->totals.flood_copies, 1);
        if (is_oversize(s, out, i)) {
            count_egress_drop(s, out, OVERSIZE);
            continue;
        }
        u64 copied = copy_frame(&s->pool, original);
        if (copied == 0) {
            count_egress_drop(s, out, NO_BUFFER);
        } else {
            enqueue(s, out, copied, false);
        }
    }
    cell_add(&s->totals.floods, 1);
    free_slot(&s->pool, original);
}

// One release publish and one update of the counters for each port the batch went to.
ALWAYS_INLINE void publish_egress(struct net_switch *s) {
    u64 total = 0;
    for (u32 t = 0; t < s->touched_count; t++) {
        struct egress *to = &s->egress[s->touched[t]];
        u64 packets = to->tail - atomic_load_explicit(&to->ring->tail, memory_order_relaxed);
        atomic_store_explicit(&to->ring->tail, to->tail, memory_order_release);
        cell_add(&to->enqueued, packets);
        cell_add(&to->packets, packets);
        cell_add(&to->bytes, to->pending_bytes);
        to->pending_bytes = 0;
        total += packets;
    }
    s->touched_count = 0;
    cell_add(&s->totals.enqueued, total);
}

// ---------------------------------------------------------------------------------------------- learn and look up

// No entry for the destination. 01:80:C2:00:00:00 to 0F must not leave the link it came from (IEEE 802.1Q, 8.6.3).
RARE void forward_unknown(struct net_switch *s, u32 port, u32 i) {
    bool reserved = (destination_of(s->header[i]) & 0xF0FFFFFFFFFFULL) == 0x000000C28001ULL;
    if (reserved) {
        drop_ingress(s, port, RESERVED_GROUP, s->descriptor[i]);
    } else {
        flood(s, port, i);
    }
}

// Learns, looks up and forwards the frames of one run. `careful` adds the checks that some length made necessary; a hit
// in the FDB makes all others superfluous: only valid unicast addresses get there.
ALWAYS_INLINE void forward_run(struct net_switch *s, const struct run *run, bool copy, bool careful) {
    const u32 port = run->port;
    struct fdb *fdb = &s->fdb;
    const u64 key_base = s->ingress[port].key_base;
    const u64 fresh = fresh_value(fdb, port);
    for (u32 i = run->first; i < run->end; i++) {
        struct header header = s->header[i];
        u64 source = key_base | source_of(header);
        u64 destination = key_base | destination_of(header);
        if (careful && drop_if_cut(s, port, i)) {
            continue;
        }
        struct fdb_entry *known = fdb_find(fdb, source);
        if (unlikely(known->key != source || known->value != fresh) && !fdb_learn(fdb, known, source, port)) {
            drop_ingress(s, port, INVALID_SOURCE, s->descriptor[i]);
            continue;
        }
        struct fdb_entry *target = fdb_find(fdb, destination);
        if (unlikely(target->key == 0)) {
            forward_unknown(s, port, i);
            continue;
        }
        u32 out = (u16)target->value;
        if (unlikely(out == port)) {
            drop_ingress(s, port, HAIRPIN, s->descriptor[i]);
        } else if (!careful || !drop_if_oversize(s, out, i)) {
            enqueue(s, out, s->descriptor[i], copy);
        }
    }
}

// Loads the headers of a batch. True when a frame is so short or so long that the next pass has to check.
ALWAYS_INLINE bool load_headers(struct net_switch *s) {
    u32 worst = 0; // greatest length above MIN_UNCHECKED; a shorter one wraps and is greater than any
    for (u32 r = 0; r < s->runs; r++) {
        struct run *run = &s->run[r];
        u64 bytes = 0;
        for (u32 i = run->first; i < run->end; i++) {
            u64 descriptor = s->descriptor[i];
            u32 length = frame_length(descriptor);
            memcpy(&s->header[i], frame_bytes(&s->pool, descriptor), sizeof s->header[i]);
            bytes += length;
            u32 above = length - MIN_UNCHECKED;
            worst = above > worst ? above : worst;
        }
        run->bytes = bytes;
    }
    return worst > s->smallest_max_frame - MIN_UNCHECKED;
}

RARE void read_clock(struct net_switch *s) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    s->clock_countdown = CLOCK_EVERY_BATCHES;
    if (s->fdb.second != (u32)now.tv_sec) {
        s->fdb.second = now.tv_sec;
        s->fdb.epoch = now.tv_sec / EPOCH_SECONDS;
        fdb_age(&s->fdb, s->ports);
    }
}

// One update of the ingress counters for each run.
ALWAYS_INLINE void forward_all(struct net_switch *s, bool copy, bool careful) {
    u64 decided = 0;
    for (u32 r = 0; r < s->runs; r++) {
        const struct run *run = &s->run[r];
        struct ingress *from = &s->ingress[run->port];
        u32 packets = run->end - run->first;
        s->dropped = 0;
        forward_run(s, run, copy, careful);
        cell_add(&from->packets, packets);
        cell_add(&from->bytes, run->bytes);
        cell_add(&from->decided, packets - s->dropped);
        decided += packets - s->dropped;
    }
    cell_add(&s->totals.decided, decided);
}

static void process_batch(struct net_switch *s) {
    if (--s->clock_countdown == 0) {
        read_clock(s);
    }
    bool careful = load_headers(s);
    if (unlikely(careful)) {
        forward_all(s, s->copy, true);
    } else if (s->copy) {
        forward_all(s, true, false);
    } else {
        forward_all(s, false, false);
    }
    publish_egress(s);
    u64 batches = cell_get(&s->totals.batches) + 1;
    atomic_store_explicit(&s->totals.batches.value, batches, memory_order_release);
    s->count = 0;
    s->runs = 0;
}

// One visit to every port; what is left of a batch at the end does not wait for the next. Returns the frames received.
static u64 switch_round(struct net_switch *s) {
    u64 received = 0;
    for (u32 port = 0; port < s->ports; port++) {
        struct consumer *rx = &s->ingress[port].rx;
        u32 taken = available(rx, s->batch - s->count);
        if (taken == 0) {
            continue;
        }
        copy_out(rx, &s->descriptor[s->count], taken);
        release_taken(rx, taken);
        s->run[s->runs++] = (struct run){.port = port, .first = s->count, .end = s->count + taken};
        s->count += taken;
        received += taken;
        if (s->count == s->batch) {
            process_batch(s);
        }
    }
    if (s->count != 0) {
        process_batch(s);
    }
    return received;
}

// ---------------------------------------------------------------------------------------------- generator and sink

// What the users gave back: one release publish for each port that got frames.
static void user_publish(struct net_switch *s, u32 touched) {
    for (u32 t = 0; t < touched; t++) {
        struct user *to = &s->user[s->user_touched[t]];
        atomic_store_explicit(&to->rx->tail, to->tail, memory_order_release);
        cell_add(&to->held, -to->pending);
        to->pending = 0;
    }
}

// Takes what each port was sent and gives every frame back to the port it started from.
static void user_round(struct net_switch *s) {
    u32 touched = 0;
    for (u32 port = 0; port < s->ports; port++) {
        struct consumer *tx = &s->user[port].tx;
        u32 taken = available(tx, s->batch);
        if (taken == 0) {
            continue;
        }
        u64 descriptors[MAX_BATCH];
        u16 origins[MAX_BATCH];
        copy_out(tx, descriptors, taken);
        release_taken(tx, taken);
        for (u32 i = 0; i < taken; i++) {
            memcpy(&origins[i], frame_bytes(&s->pool, descriptors[i]) + ORIGIN_OFFSET, sizeof origins[i]);
        }
        for (u32 i = 0; i < taken; i++) {
            u16 origin = origins[i];
            struct user *to = &s->user[origin];
            if (unlikely(to->tail == to->limit)) {
                to->limit = atomic_load_explicit(&to->rx->head, memory_order_acquire) + to->tx.mask + 1;
                if (to->tail == to->limit) {
                    abort(); // an rx ring holds all frames of its port
                }
            }
            s->user_touched[touched] = origin;
            touched += to->pending++ == 0;
            to->rx->slot[to->tail++ & to->tx.mask] = descriptors[i];
        }
        cell_add(&s->user[port].held, taken);
    }
    user_publish(s, touched);
}

// ---------------------------------------------------------------------------------------------- setting up

struct options {
    u32 ports;
    u32 macs;
    u32 batch;
    u32 buffers;
    u32 length;
    u32 stride;
    bool copy;
    bool huge;
    int cpu;
    double seconds;
};

_Noreturn static void fail(const char *what) {
    fprintf(stderr, "memswitch_same: %s\n", what);
    exit(1);
}

static void *new_area(u64 bytes, bool huge) {
    const u64 huge_page = 2 << 20;
    u64 rounded = (bytes + huge_page - 1) & ~(huge_page - 1);
    void *area;
    if (posix_memalign(&area, huge_page, rounded) != 0) {
        fail("out of memory");
    }
    madvise(area, rounded, huge ? MADV_HUGEPAGE : MADV_NOHUGEPAGE); // a hint: refused, it only costs speed
    memset(area, 0, rounded); // touch it now, not while the clock runs
    return area;
}

static u64 power_of_two_from(u64 least) {
    u64 power = 1;
    while (power < least) {
        power <<= 1;
    }
    return power;
}

static u32 larger(u32 a, u32 b) {
    return a > b ? a : b;
}

// The finisher of splitmix64: a multiplier must have no pattern, whatever the seed.
static u64 mix(u64 seed) {
    seed = (seed ^ seed >> 30) * 0xBF58476D1CE4E5B9ULL;
    seed = (seed ^ seed >> 27) * 0x94D049BB133111EBULL;
    return seed ^ seed >> 31;
}

static void make_fdb(struct fdb *fdb, const struct options *o) {
    fdb->capacity = larger(FDB_CAPACITY, power_of_two_from(((u64)o->macs * 4 + 2) / 3));
    fdb->slots = power_of_two_from((u64)fdb->capacity * FDB_SLOTS_PER_ADDRESS);
    fdb->mask = fdb->slots - 1;
    fdb->shift = 64 - __builtin_ctzll(fdb->slots);
    fdb->multiplier = mix(0x9E3779B97F4A7C15ULL) | 1;
    u32 addresses_per_port = (o->macs + o->ports - 1) / o->ports;
    // The switch's default quota, raised where the experiment itself puts more addresses on a port.
    fdb->quota = larger(larger(256, fdb->capacity / 16), addresses_per_port);
    fdb->entries = new_area(fdb->slots * sizeof *fdb->entries, o->huge);
    fdb->side = new_area((fdb->slots + o->ports) * sizeof *fdb->side, o->huge);
    for (u32 end = fdb->slots; end < fdb->slots + o->ports; end++) {
        fdb->side[end].older = end;
        fdb->side[end].newer = end;
    }
}

static u64 ring_capacity(const struct options *o) {
    u64 capacity = power_of_two_from(larger(64, o->buffers));
    return capacity > MAX_RING && o->ports > 8 ? MAX_RING : capacity;
}

static void make_ports(struct net_switch *s, const struct options *o) {
    const u64 capacity = ring_capacity(o);
    const u64 ring_bytes = sizeof(struct ring) + capacity * sizeof(u64);
    unsigned char *next_ring = new_area(2 * o->ports * ring_bytes, o->huge);
    s->ingress = new_area(o->ports * sizeof *s->ingress, o->huge);
    s->egress = new_area(o->ports * sizeof *s->egress, o->huge);
    s->drops = new_area(o->ports * sizeof *s->drops, o->huge);
    s->user = new_area(o->ports * sizeof *s->user, o->huge);
    s->smallest_max_frame = MTU + ETHERNET_HEADER;
    for (u32 port = 0; port < o->ports; port++) {
        struct ring *rx = (struct ring *)next_ring;
        struct ring *tx = (struct ring *)(next_ring + ring_bytes);
        next_ring += 2 * ring_bytes;
        s->ingress[port].rx = (struct consumer){.ring = rx, .mask = capacity - 1};
        s->ingress[port].key_base = KEY_PRESENT;
        struct egress *to = &s->egress[port];
        to->ring = tx;
        to->limit = capacity;
        to->mask = capacity - 1;
        to->max_frame = MTU + ETHERNET_HEADER;
        struct user *user = &s->user[port];
        user->tx = (struct consumer){.ring = tx, .mask = capacity - 1};
        user->rx = rx;
        user->limit = capacity;
    }
}

static u64 mac_of(u32 number) {
    return __builtin_bswap64(0x020000000000ULL | number) >> 16;
}

static void write_frame(unsigned char *frame, u64 destination, u64 source, u16 origin) {
    const u16 ipv4 = 0x0008; // 08:00 on the wire
    memcpy(frame, &destination, 6);
    memcpy(frame + 6, &source, 6);
    memcpy(frame + 12, &ipv4, sizeof ipv4);
    memcpy(frame + ORIGIN_OFFSET, &origin, sizeof origin);
}

// The same frames as memswitch.c: each port sends from its own addresses to random ones of the others.
static void make_frames(struct net_switch *s, const struct options *o) {
    struct pool *pool = &s->pool;
    pool->stride = o->stride;
    pool->slots = o->buffers + o->batch; // the rest is free: for copies
    pool->memory = new_area((u64)pool->slots * o->stride, o->huge);
    pool->free_slots = new_area(pool->slots * sizeof *pool->free_slots, o->huge);
    for (u32 slot = o->buffers; slot < pool->slots; slot++) {
        pool->free_slots[pool->free_count++] = frame_descriptor(pool, slot, 0);
    }
    u64 seed = 42;
    const u32 per_port = o->macs / o->ports;
    for (u32 slot = 0; slot < o->buffers; slot++) {
        u32 port = slot % o->ports;
        seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
        u32 from = (seed >> 33) % per_port;
        u32 out = (port + 1 + (seed >> 20 & 0xFFF) % (o->ports - 1)) % o->ports;
        u32 to = (seed >> 45) % per_port;
        u64 descriptor = frame_descriptor(pool, slot, o->length);
        write_frame(frame_bytes(pool, descriptor), mac_of(to * o->ports + out), mac_of(from * o->ports + port), port);
        struct user *user = &s->user[port];
        user->rx->slot[user->tail++ & user->tx.mask] = descriptor;
        atomic_store_explicit(&user->rx->tail, user->tail, memory_order_release);
    }
}

static void learn_all(struct net_switch *s, const struct options *o) {
    read_clock(s);
    for (u32 i = 0; i < o->macs; i++) {
        u64 key = KEY_PRESENT | mac_of(i);
        fdb_learn(&s->fdb, fdb_find(&s->fdb, key), key, i % o->ports);
    }
}

static struct net_switch *make_switch(const struct options *o) {
    struct net_switch *s = new_area(sizeof *s, o->huge);
    s->ports = o->ports;
    s->batch = o->batch;
    s->copy = o->copy;
    s->clock_countdown = 1;
    make_fdb(&s->fdb, o);
    make_ports(s, o);
    make_frames(s, o);
    learn_all(s, o);
    return s;
}

static void free_switch(struct net_switch *s) {
    free(s->ingress[0].rx.ring); // the first ring is where the area of all rings begins
    free(s->ingress);
    free(s->egress);
    free(s->drops);
    free(s->user);
    free(s->pool.memory);
    free(s->pool.free_slots);
    free(s->fdb.entries);
    free(s->fdb.side);
    free(s);
}

// ---------------------------------------------------------------------------------------------- the law

static void must_equal(const char *what, u64 left, u64 right) {
    if (left != right) {
        fprintf(stderr, "law broken: %s: %" PRIu64 " != %" PRIu64 ", difference %" PRId64 "\n", what, left, right,
                (int64_t)(left - right));
        exit(1);
    }
}

static u64 sum_drops(const cell *by_reason) {
    u64 sum = 0;
    for (u32 reason = 0; reason < DROP_REASONS; reason++) {
        sum += cell_get(&by_reason[reason]);
    }
    return sum;
}

static void mark_slots(const struct pool *pool, const struct ring *ring, u64 mask, unsigned char *seen) {
    for (u64 i = ring->head; i != ring->tail; i++) {
        seen[frame_slot(pool, ring->slot[i & mask])]++;
    }
}

static void check_slots(const struct net_switch *s) {
    unsigned char *seen = calloc(s->pool.slots, 1);
    if (seen == NULL) {
        fail("out of memory");
    }
    for (u32 port = 0; port < s->ports; port++) {
        mark_slots(&s->pool, s->ingress[port].rx.ring, s->ingress[port].rx.mask, seen);
        mark_slots(&s->pool, s->egress[port].ring, s->egress[port].mask, seen);
    }
    for (u32 i = 0; i < s->pool.free_count; i++) {
        seen[frame_slot(&s->pool, s->pool.free_slots[i])]++;
    }
    for (u32 slot = 0; slot < s->pool.slots; slot++) {
        must_equal("places that hold a slot", seen[slot], 1);
    }
    free(seen);
}

// Every frame is accounted for, port by port and for the switch. Ends the program if not; returns the drops.
static u64 check_law(const struct net_switch *s, u64 frames) {
    u64 received = 0, transmitted = 0, decided = 0, enqueued = 0, dropped = 0, held = 0;
    for (u32 port = 0; port < s->ports; port++) {
        const struct ingress *in = &s->ingress[port];
        const struct egress *out = &s->egress[port];
        u64 rx_drops = sum_drops(s->drops[port].rx);
        u64 tx_drops = sum_drops(s->drops[port].tx);
        must_equal("port: received = decided + dropped", cell_get(&in->packets), cell_get(&in->decided) + rx_drops);
        must_equal("port: received = taken from its ring", cell_get(&in->packets), in->rx.head);
        must_equal("port: enqueued = transmitted + dropped", cell_get(&out->enqueued),
                   cell_get(&out->packets) + tx_drops);
        must_equal("port: transmitted = put into its ring", cell_get(&out->packets), out->tail);
        received += cell_get(&in->packets);
        transmitted += cell_get(&out->packets);
        decided += cell_get(&in->decided);
        enqueued += cell_get(&out->enqueued);
        dropped += rx_drops + tx_drops;
        held += cell_get(&s->user[port].held);
    }
    u64 floods = cell_get(&s->totals.floods);
    u64 made = cell_get(&s->totals.flood_copies);
    must_equal("switch: received = frames of its rounds", received, frames);
    must_equal("switch: decided = sum of its ports", cell_get(&s->totals.decided), decided);
    must_equal("switch: enqueued = sum of its ports", cell_get(&s->totals.enqueued), enqueued);
    must_equal("switch: decided + copies - flooded = enqueued", decided + made - floods, enqueued);
    must_equal("received + copies - flooded = transmitted + dropped + in flight", received + made - floods,
               transmitted + dropped + s->count);
    must_equal("users hold nothing", held, 0);
    must_equal("known addresses never flood", floods, 0);
    check_slots(s);
    return dropped;
}

// ---------------------------------------------------------------------------------------------- the experiment

static double now_seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec + now.tv_nsec * 1e-9;
}

static u64 measure(struct net_switch *s, double seconds, double *elapsed) {
    const double start = now_seconds();
    u64 frames = 0;
    do {
        for (u32 round = 0; round < 64; round++) {
            frames += switch_round(s);
            user_round(s);
        }
        *elapsed = now_seconds() - start;
    } while (*elapsed < seconds);
    return frames;
}

_Noreturn static void usage(void) {
    fprintf(stderr,
            "usage: memswitch_same PORTS(2..%d) MACS(PORTS..%d) BATCH(1..%d) BUFFERS LEN(%d..%d) COPY(0|1) "
            "TWO_CORES(0) STRIDE HUGE(0|1) SECONDS [CPU]\n"
            "  BUFFERS: frames in all, at most %d a port when there are more than 8 ports\n"
            "  STRIDE: bytes a slot, a multiple of %d that holds %d + LEN; Weir uses 2048\n"
            "  TWO_CORES: only 0, the switch and its users share one thread\n",
            MAX_PORTS, MAX_MACS, MAX_BATCH, MIN_LENGTH, MTU + ETHERNET_HEADER, MAX_RING, CACHE_LINE, MAX_OFFSET);
    exit(2);
}

// The number in `text`; anything else, or one out of range, ends the program with the usage.
static u32 number(const char *text, u32 least, u32 most) {
    char *end;
    unsigned long value = strtoul(text, &end, 10);
    if (end == text || *end != 0 || *text == '-' || value < least || value > most) {
        usage();
    }
    return value;
}

static struct options parse(int argc, char **argv) {
    if (argc != 11 && argc != 12) {
        usage();
    }
    struct options o;
    o.ports = number(argv[1], 2, MAX_PORTS);
    o.macs = number(argv[2], o.ports, MAX_MACS);
    o.batch = number(argv[3], 1, MAX_BATCH);
    o.buffers = number(argv[4], 1, MAX_BUFFERS);
    o.length = number(argv[5], MIN_LENGTH, MTU + ETHERNET_HEADER);
    o.copy = number(argv[6], 0, 1);
    number(argv[7], 0, 0);
    o.stride = number(argv[8], MAX_OFFSET + o.length, 1 << 20);
    o.huge = number(argv[9], 0, 1);
    o.seconds = atof(argv[10]);
    o.cpu = argc == 12 ? number(argv[11], 0, CPU_SETSIZE - 1) : 1;
    bool rings_suffice = (o.buffers + o.ports - 1) / o.ports <= ring_capacity(&o);
    if (o.stride % CACHE_LINE != 0 || !(o.seconds > 0) || !rings_suffice) {
        usage();
    }
    return o;
}

static void pin(int cpu) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    if (sched_setaffinity(0, sizeof set, &set) != 0) {
        fail("cannot run on that CPU");
    }
}

int main(int argc, char **argv) {
    const struct options o = parse(argc, argv);
    pin(o.cpu);
    struct net_switch *s = make_switch(&o);
    u64 all_frames = 0;
    for (int repetition = 0; repetition < REPETITIONS; repetition++) {
        double elapsed;
        u64 frames = measure(s, o.seconds, &elapsed);
        all_frames += frames;
        u64 drops = check_law(s, all_frames);
        printf("C-same ports=%u macs=%u batch=%u bufs=%u len=%u copy=%d two=0 stride=%u huge=%d Mpps=%.1f ns=%.2f "
               "drops=%" PRIu64 " flood=%" PRIu64 " law=ok\n",
               o.ports, o.macs, o.batch, o.buffers, o.length, o.copy, o.stride, o.huge, frames / elapsed / 1e6,
               elapsed * 1e9 / frames, drops, cell_get(&s->totals.floods));
        fflush(stdout);
    }
    free_switch(s);
    return 0;
}
