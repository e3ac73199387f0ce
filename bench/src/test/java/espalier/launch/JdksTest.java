package espalier.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JdksTest {
    @TempDir Path root;

    private Path jdk(String home, String version) throws IOException {
        return jdk(home, "JAVA_VERSION=\"" + version + "\"\n", "java");
    }

    private Path jdk(String home, String release, String executable) throws IOException {
        Path folder = root.resolve(home);
        Files.createDirectories(folder.resolve("bin"));
        Files.createFile(folder.resolve("bin").resolve(executable));
        assertThat(folder.resolve("bin").resolve(executable).toFile().setExecutable(true)).isTrue();
        Files.writeString(folder.resolve("release"), release);
        return folder;
    }

    private Jdks jdks(Map<String, String> env) {
        return new Jdks(env, root.resolve("running"), root, root.resolve("home/me"));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "usr/lib/jvm/temurin-25", "opt/jdk-25", "Library/Java/JavaVirtualMachines/temurin-25.jdk/Contents/Home",
        "home/me/Library/Java/JavaVirtualMachines/corretto-25/Contents/Home", "home/me/.sdkman/candidates/java/25.0.1-tem",
        "home/me/.jdks/temurin-25", "Program Files/Eclipse Adoptium/jdk-25.0.1.8-hotspot", "Program Files/Zulu/zulu-25",
        "Program Files/Microsoft/jdk-25", "Program Files/Amazon Corretto/jdk25", "Program Files/BellSoft/LibericaJDK-25",
        "Program Files/Java/jdk-25", "opt/homebrew/opt/openjdk@25/libexec/openjdk.jdk/Contents/Home", "running"})
    void findsIt(String home) throws IOException {
        jdk("usr/lib/jvm/jdk-17", "17.0.15");
        Path jdk25 = jdk(home, "25.0.1");

        assertThat(jdks(Map.of()).find25()).contains(jdk25);
    }

    @ParameterizedTest
    @CsvSource({"25,true", "25.0.3,true", "25-ea,true", "25+36,true", "17.0.15,false", "26,false", "2.5,false", "251,false",
            "'',false"})
    void takesExactly25(String version, boolean found) throws IOException {
        jdk("usr/lib/jvm/some", version);

        assertThat(jdks(Map.of()).find25().isPresent()).isEqualTo(found);
    }

    @Test
    void prefersVariablesInOrder() throws IOException {
        Path installed = jdk("usr/lib/jvm/a", "25");
        Path own = jdk("own", "25.0.1");
        Path named = jdk("named", "25.0.2");

        assertThat(jdks(Map.of("JAVA_HOME", own.toString(), "JAVA25_HOME", named.toString())).find25()).contains(named);
        assertThat(jdks(Map.of("JAVA_HOME", own.toString())).find25()).contains(own);
        assertThat(jdks(Map.of("JAVA_HOME", jdk("old", "17").toString())).find25()).contains(installed);
    }

    @Test
    void followsTheLinksOfPath() throws IOException {
        Path home = jdk("somewhere/odd", "25");
        Path bin = Files.createDirectories(root.resolve("usr/bin"));
        Files.createSymbolicLink(bin.resolve("java"), home.resolve("bin/java"));

        String path = root.resolve("missing") + File.pathSeparator + bin;
        assertThat(jdks(Map.of("PATH", path)).find25()).contains(home.toRealPath());
    }

    @Test
    void readsMavenToolchains() throws IOException {
        Path home = jdk("elsewhere", "25");
        Files.createDirectories(root.resolve("home/me/.m2"));
        Files.writeString(root.resolve("home/me/.m2/toolchains.xml"),
                "<toolchains><toolchain><configuration><jdkHome>\n " + home
                + " </jdkHome></configuration></toolchain></toolchains>");

        assertThat(jdks(Map.of()).find25()).contains(home);
    }

    @Test
    void passesOverHomesWithoutJavaOrVectors() throws IOException {
        Path noJava = jdk("usr/lib/jvm/a", "25");
        Files.delete(noJava.resolve("bin/java"));
        jdk("usr/lib/jvm/b", "JAVA_VERSION=\"25\"\nMODULES=\"java.base java.logging\"\n", "java");
        Files.writeString(Files.createDirectories(root.resolve("usr/lib/jvm/c")).resolve("release"), "\\uZZ");

        assertThat(jdks(Map.of("JAVA_HOME", "\0", "PATH", "\0")).find25()).isEmpty();
    }

    @Test
    void knowsTheExecutableOfWindows() throws IOException {
        Path home = jdk("Program Files/Java/jdk-25", "JAVA_VERSION=\"25\"\n", "java.exe");

        assertThat(jdks(Map.of()).find25()).contains(home);
        assertThat(Jdks.java(home)).isEqualTo(home.resolve("bin/java.exe"));
    }

    @ParameterizedTest
    @CsvSource({"Windows 11,winget", "Mac OS X,brew", "Linux,apt"})
    void advisesInOneLine(String os, String tool) {
        assertThat(Jdks.adviceFor(os)).contains("JDK 25", tool, "https://", "JAVA25_HOME").doesNotContain("\n");
    }
}
