/**
 * Readiness of file descriptors for workers: the only package that uses Netty.
 *
 * <pre>
 *  worker thread:  poll() / await()
 *                       |
 *                  EpollIdleWait ---- ManualIoEventLoop ---- EpollIoHandler ---- epoll_wait(2)
 *                       |                                                          |
 *                  FdReadiness.Listener  &lt;---- readable(), failed() ---- edges -----+
 *
 *  other threads:  wakeup() ---- eventfd, only while the worker is inside epoll_wait
 * </pre>
 *
 * <p>Caveats: one poll is one system call (0.2 to 0.3 us) for all descriptors of a worker together;
 * a wait shorter than 10 ms arms a timerfd and so costs one call more; waits of 10 ms and more are
 * rounded down to milliseconds.
 */
@NullMarked
package weir.ports.readiness;

import org.jspecify.annotations.NullMarked;
