// SPDX-License-Identifier: Apache-2.0

/**
 * Docker's networks made of switches: a network driver that Docker calls (libnetwork's remote driver protocol), and ports
 * for containers that run already.
 *
 * <pre>
 *   docker ---> dockerd -- HTTP over a Unix socket --> DriverServer
 *                                                        DriverProtocol   requests and answers, JSON
 *                                                        NetworkDriver    networks, endpoints --> ControlPlane
 *                                                        DriverStore      both, over the end of the process
 *                                                        HostLinks        interfaces that dockerd moves
 * </pre>
 */
@NullMarked
package weir.control.docker;

import org.jspecify.annotations.NullMarked;
