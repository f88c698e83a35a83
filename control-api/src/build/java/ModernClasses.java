// SPDX-License-Identifier: Apache-2.0

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * Run by the build on the folder of libraries: gives classes in the format of Java 5 (JVM specification 4.10.2, no stack
 * maps) that of Java 8. The JVM verifies the old format slowly, anew at each start, and its AOT cache does not take it.
 * Code stays as it is; stack maps are added. A jar that has none is not touched.
 */
final class ModernClasses {
    private static final int FIRST_WITH_STACK_MAPS = ClassFile.JAVA_6_VERSION;
    private static final int TARGET = ClassFile.JAVA_8_VERSION;
    private static final String NOTICE = "META-INF/WEIR-NOTICE";

    private ModernClasses() {}

    public static void main(String[] args) throws IOException {
        List<Path> jars;
        try (Stream<Path> files = Files.list(Path.of(args[0]))) {
            jars = files.filter(file -> file.toString().endsWith(".jar"))
                    .sorted()
                    .toList();
        }
        for (Path jar : jars) {
            modernize(jar);
        }
    }

    private static void modernize(Path jar) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        int changed = 0;
        try (ZipFile in = new ZipFile(jar.toFile());
                URLClassLoader classes =
                        new URLClassLoader(new URL[] {jar.toUri().toURL()});
                ZipOutputStream out = new ZipOutputStream(bytes)) {
            // A pool of its own: code that keeps its pool is copied as it is, without stack maps.
            ClassFile format = ClassFile.of(
                    ClassFile.ConstantPoolSharingOption.NEW_POOL,
                    ClassFile.ClassHierarchyResolverOption.of(ClassHierarchyResolver.ofResourceParsing(classes)
                            .orElse(ClassHierarchyResolver.defaultResolver())));
            List<ZipEntry> entries = new ArrayList<>(in.stream().toList());
            for (ZipEntry entry : entries) {
                byte[] content = in.getInputStream(entry).readAllBytes();
                if (entry.getName().endsWith(".class")) {
                    ClassModel model = format.parse(content);
                    if (model.majorVersion() < FIRST_WITH_STACK_MAPS && !model.isModuleInfo()) {
                        content = format.transformClass(
                                model, ClassTransform.endHandler(builder -> builder.withVersion(TARGET, 0)));
                        changed++;
                    }
                }
                put(out, entry, content);
            }
            if (changed > 0) {
                ZipEntry notice = new ZipEntry(NOTICE);
                notice.setTime(entries.getFirst().getTime());
                put(
                        out,
                        notice,
                        (changed + " classes were changed from an older class file format to that of Java 8"
                                        + " when Weir was built; their code is unchanged.\n")
                                .getBytes(StandardCharsets.UTF_8));
            }
        }
        if (changed > 0) {
            Files.write(jar, bytes.toByteArray());
        }
    }

    private static void put(ZipOutputStream out, ZipEntry like, byte[] content) throws IOException {
        ZipEntry entry = new ZipEntry(like.getName());
        entry.setTime(like.getTime());
        out.putNextEntry(entry);
        out.write(content);
        out.closeEntry();
    }
}
