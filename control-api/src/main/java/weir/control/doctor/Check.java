// SPDX-License-Identifier: Apache-2.0
package weir.control.doctor;

import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * One thing that a machine may offer.
 *
 * @param ok it is there
 * @param detail what was found
 * @param neededFor what does not work without it
 * @param remedy what to do when it is missing, else empty
 */
@JsonNaming(SnakeCaseStrategy.class)
public record Check(boolean ok, String detail, String neededFor, String remedy) {
    static Check found(String detail, String neededFor) {
        return new Check(true, detail, neededFor, "");
    }

    static Check missing(String detail, String neededFor, String remedy) {
        return new Check(false, detail, neededFor, remedy);
    }
}
