// SPDX-License-Identifier: Apache-2.0

package weir.control.events;

/** Where a client's events go. On one thread of the client's. */
public interface EventClient {
    /** Whether it takes more now; when not, {@link EventStream#resume} says when it does again. */
    boolean isFull();

    /** Sends text; never waits. What is written although the client is full is kept. */
    void write(String text);

    /** Runs something on the client's thread, after what runs there now. Any thread. */
    void execute(Runnable task);
}
