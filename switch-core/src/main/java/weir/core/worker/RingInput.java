// SPDX-License-Identifier: Apache-2.0
package weir.core.worker;

import weir.core.fdb.Fdb;
import weir.core.ring.SpscRing;

/** Receiving end of the ring from another worker. */
final class RingInput extends WorkerInput {
    private static final int MAX_MESSAGES_A_ROUND = 64;

    private final int sender;
    private final SpscRing.Consumer ring;
    private final EgressDispatcher dispatcher;
    private final Fdb fdb;
    private final Doorbell bell;
    private final long[] scratch;

    RingInput(
            int sender,
            SpscRing.Consumer ring,
            EgressDispatcher dispatcher,
            Fdb fdb,
            WakeupList wakeups,
            int batchCapacity) {
        this.sender = sender;
        this.ring = ring;
        this.dispatcher = dispatcher;
        this.fdb = fdb;
        bell = new Doorbell(wakeups, this);
        scratch = new long[Integer.highestOneBit(batchCapacity * 2 - 1)];
    }

    @Override
    int poll() {
        int messages = 0;
        while (messages < MAX_MESSAGES_A_ROUND && ring.available(1) > 0) {
            long header = ring.peek(0);
            int count = WorkerMessage.count(header);
            for (int i = 0; i < count; i++) {
                scratch[i] = ring.peek(1 + i);
            }
            ring.advance(1 + count);
            handle(header, count);
            messages++;
        }
        if (messages > 0) {
            dispatcher.sendStaged();
        }
        return messages;
    }

    private void handle(long header, int count) {
        int argument = WorkerMessage.argument(header);
        switch (WorkerMessage.kind(header)) {
            case WorkerMessage.FRAMES -> dispatcher.deliver(argument, scratch, count);
            case WorkerMessage.FLOOD ->
                dispatcher.floodFrom(
                        sender,
                        scratch[0],
                        WorkerMessage.floodIngress(argument),
                        WorkerMessage.floodVlanWord(argument));
            case WorkerMessage.LEARNED -> fdb.applyNews(scratch[0], argument);
            case WorkerMessage.HELD -> fdb.applyHold(scratch[0], argument);
            default -> throw new IllegalStateException("worker message kind " + WorkerMessage.kind(header));
        }
    }

    @Override
    boolean hasInput() {
        return ring.available() > 0;
    }

    @Override
    public Doorbell doorbell() {
        return bell;
    }
}
