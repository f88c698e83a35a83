/**
 * Linux system calls through the Foreign Function and Memory API: the only package that leaves the JVM
 * this way.
 *
 * <pre>
 *  packet path                    control threads
 *  -----------                    ---------------------------------------------
 *  DescriptorIo  read, write      TunDevice     /dev/net/tun and its ioctls
 *                                 RouteSocket   rtnetlink: ask about and change interfaces
 *                                 LinkEvents    rtnetlink: what changed
 *                                 LinuxPoolMemory   huge pages for frames
 *        |                              |
 *        +------------- Libc ------------+     handles; ...Layout: structs as drawn in uapi headers
 * </pre>
 *
 * <p>On the packet path failures are return values; control calls throw {@link
 * weir.ports.linux.LinuxException}. Structs and constants are those of x86-64 and aarch64 (LP64,
 * asm-generic errno); glibc 2.33 or later.
 */
@NullMarked
package weir.ports.linux;

import org.jspecify.annotations.NullMarked;
