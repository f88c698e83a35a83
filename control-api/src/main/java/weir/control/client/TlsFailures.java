// SPDX-License-Identifier: Apache-2.0

package weir.control.client;

import java.io.IOException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.Locale;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import weir.control.client.DaemonException.Kind;

/** What goes wrong before a daemon can be asked over TLS, in words that say what to do. */
final class TlsFailures {
    /** Part of what JSSE says when the first bytes are those of another protocol. */
    private static final String NO_TLS = "nrecognized SSL message";

    private TlsFailures() {}

    static DaemonException unknownHost(DaemonAddress.Tls address, IOException e) {
        return unreachable("no host '" + address.host() + "' is known here", "see how its name is written", e);
    }

    static DaemonException cannotConnect(DaemonAddress.Tls address, @Nullable IOException e) {
        String cause = e == null ? "no address" : String.valueOf(e.getMessage());
        return unreachable(
                "nobody listens at " + address.authority() + " (" + cause.toLowerCase(Locale.ROOT) + ")",
                "see whether the daemon was started with --listen and that port, and whether a firewall is between",
                e);
    }

    static DaemonException broken(DaemonAddress.Tls address, IOException e) {
        return unreachable(
                address.authority() + " breaks off before TLS is there: " + e.getMessage(),
                "see whether it is the port of 'weir daemon --listen', and the daemon's log",
                e);
    }

    static DaemonException handshake(DaemonAddress.Tls address, SSLException e) {
        String where = address.authority();
        if (has(e, CertificateExpiredException.class) || has(e, CertificateNotYetValidException.class)) {
            return unreachable(
                    "the certificate of " + where + " is not valid today", "renew it, or set the clock right", e);
        }
        if (has(e, CertPathValidatorException.class) || isUntrusted(e)) {
            return unreachable(
                    "the certificate of " + where + " is signed by nobody who is trusted here",
                    "name the certificate of who signed it with --ca-file or WEIR_CA; one that signed itself is its own",
                    e);
        }
        if (has(e, CertificateException.class)) {
            return unreachable(
                    "the certificate of " + where + " is not for '" + address.host() + "'",
                    "write the host as its certificate has it: 'openssl s_client -connect " + where
                            + " | openssl x509 -noout -ext subjectAltName' shows it",
                    e);
        }
        if (String.valueOf(e.getMessage()).contains(NO_TLS)) {
            return unreachable(
                    where + " does not speak TLS; nothing was sent to it",
                    "see whether it is the port of 'weir daemon --listen'",
                    e);
        }
        return unreachable(
                "no TLS with " + where + ": " + e.getMessage(),
                "see whether it is 'weir daemon' that listens there",
                e);
    }

    /** No chain of certificates leads to one that is trusted: JSSE has no public class for that. */
    private static boolean isUntrusted(Throwable e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (String.valueOf(cause.getMessage()).contains("PKIX path")) {
                return true;
            }
        }
        return false;
    }

    private static boolean has(Throwable e, Class<? extends Throwable> type) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (type.isInstance(cause)) {
                return true;
            }
        }
        return false;
    }

    private static DaemonException unreachable(String cause, String hint, @Nullable Throwable e) {
        return new DaemonException(Kind.UNREACHABLE, cause, hint, e);
    }
}
