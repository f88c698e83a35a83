// SPDX-License-Identifier: Apache-2.0

/**
 * Networks of Weir for tests with Testcontainers: containers as ports of a switch whose links a test degrades, cuts, captures
 * and counts.
 *
 * <pre>{@code
 * @Testcontainers
 * @ExtendWith(WeirExtension.class)
 * class CheckoutTest {
 *     static final WeirNetwork weir = WeirNetwork.create();
 *
 *     @Container
 *     static final GenericContainer<?> web =
 *             new GenericContainer<>("shop:1").withNetwork(weir).withNetworkAliases("web");
 *
 *     @Test
 *     void ordersSurviveALossyLink() {
 *         weir.link("web").loss(0.1).delay(Duration.ofMillis(20));
 *         ...
 *         assertTrue(weir.drops(DropReason.LINK_LOSS) > 0);
 *     }
 * }
 * }</pre>
 */
@NullMarked
package weir.testcontainers;

import org.jspecify.annotations.NullMarked;
