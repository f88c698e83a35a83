// SPDX-License-Identifier: Apache-2.0

/**
 * The client of a shared-memory port, for programs on the JVM; {@code examples/shm/weir_shm.h} is the same in C.
 *
 * <pre>{@code
 *  try (ShmClient client = ShmClient.connect(Path.of("/run/weir/a.sock"))) {
 *      ShmReceiver in = client.receiver();
 *      ShmSender out = client.sender();
 *      while (in.await(1_000_000_000)) {
 *          int n = Math.min(in.poll(64), out.room(64));
 *          for (int i = 0; i < n; i++) {
 *              MemorySegment.copy(client.memory(), in.offset(i), client.memory(), out.offset(i), in.length(i));
 *              out.setLength(i, in.length(i));
 *          }
 *          in.release(n);
 *          out.publish(n);
 *      }
 *  }
 * }</pre>
 */
@NullMarked
package weir.ports.shm.client;

import org.jspecify.annotations.NullMarked;
