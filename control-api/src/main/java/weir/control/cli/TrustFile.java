// SPDX-License-Identifier: Apache-2.0

package weir.control.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.NoSuchAlgorithmException;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Whose certificates are believed: those of a PEM file, or those that the JDK has. */
final class TrustFile {
    private TrustFile() {}

    /** What the JDK trusts, see its {@code javax.net.ssl.trustStore}. */
    static SSLContext ofSystem() {
        try {
            return SSLContext.getDefault();
        } catch (NoSuchAlgorithmException e) {
            throw new CommandFailure(
                    ExitCode.FAILURE,
                    "this JDK has no certificates that it trusts",
                    "name those that are to be trusted with --ca-file",
                    e);
        }
    }

    /**
     * The certificates of a file and no others.
     *
     * @throws CommandFailure when it is not there, or there is no certificate in it
     */
    static SSLContext read(Path file) {
        try (InputStream content = Files.newInputStream(file)) {
            Collection<? extends Certificate> certificates =
                    CertificateFactory.getInstance("X.509").generateCertificates(content);
            if (certificates.isEmpty()) {
                throw new CertificateException("no certificate");
            }
            return trusting(certificates);
        } catch (NoSuchFileException e) {
            throw new CommandFailure(ExitCode.NOT_FOUND, "no file " + file, "--ca-file names certificates in PEM", e);
        } catch (CertificateException e) {
            throw new CommandFailure(
                    ExitCode.FAILURE,
                    "no certificates in " + file,
                    "give a PEM file; each begins with -----BEGIN CERTIFICATE-----",
                    e);
        } catch (IOException e) {
            throw new CommandFailure(
                    ExitCode.FAILURE, "cannot read " + file, "--ca-file names a file that this user may read", e);
        } catch (GeneralSecurityException e) {
            throw new CommandFailure(
                    ExitCode.FAILURE,
                    "this JDK cannot use the certificates of " + file + ": " + e.getMessage(),
                    "give certificates in PEM",
                    e);
        }
    }

    private static SSLContext trusting(Collection<? extends Certificate> certificates)
            throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        int number = 0;
        for (Certificate each : certificates) {
            store.setCertificateEntry("ca-" + number++, each);
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, factory.getTrustManagers(), null);
        return context;
    }
}
