// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;
import weir.control.client.ApiPath;

/**
 * {@code SWITCH} or {@code SWITCH:PORT} as it is typed.
 *
 * @param port null for the switch itself
 */
record Place(String switchName, @Nullable String port) {
    /** The endpoint of something that switches and ports have. */
    ApiPath path(String... more) {
        List<String> segments = new ArrayList<>(List.of("switches", switchName));
        if (port != null) {
            segments.addAll(List.of("ports", port));
        }
        segments.addAll(Arrays.asList(more));
        return ApiPath.of(segments.toArray(String[]::new));
    }

    @Override
    public String toString() {
        return port == null ? switchName : switchName + ":" + port;
    }

    /** Reads both forms. */
    static final class OfEither implements ITypeConverter<Place> {
        /** For picocli. */
        OfEither() {}

        @Override
        public Place convert(String text) {
            int colon = text.indexOf(':');
            if (colon == 0 || colon == text.length() - 1 || text.isEmpty()) {
                throw new TypeConversionException("'" + text + "' is not SWITCH or SWITCH:PORT");
            }
            return colon < 0 ? new Place(text, null) : new Place(text.substring(0, colon), text.substring(colon + 1));
        }
    }

    /** Reads {@code SWITCH:PORT} only. */
    static final class OfPort implements ITypeConverter<Place> {
        /** For picocli. */
        OfPort() {}

        @Override
        public Place convert(String text) {
            if (text.indexOf(':') < 0) {
                throw new TypeConversionException("'" + text + "' is not SWITCH:PORT, such as lan:t1");
            }
            return new OfEither().convert(text);
        }
    }
}
