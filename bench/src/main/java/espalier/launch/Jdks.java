package espalier.launch;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds JDK 25 where people keep their JDKs, by the {@code release} file that each of them has.
 *
 * <p>Exactly 25 is accepted: the code is compiled for it, and the vector module, which still incubates, may change with any
 * other release.
 */
final class Jdks {
    /** The module that kernels are written with: no code here uses it, but the JVM that runs them must be told. */
    static final String VECTOR_MODULE = "jdk.incubator.vector";
    private static final Pattern MAJOR = Pattern.compile("\"?(\\d+)([.+\\-\"].*)?");
    private static final Pattern JDK_HOME = Pattern.compile("<jdkHome>\\s*([^<]+?)\\s*</jdkHome>");

    private final Map<String, String> env;
    private final Path runningJvm;
    private final Path root;
    private final Path userHome;

    /**
     * @param env where {@code JAVA25_HOME}, {@code JAVA_HOME} and {@code PATH} are looked up
     * @param runningJvm home of the JVM we run in
     * @param root what absolute folders such as {@code /usr/lib/jvm} are resolved against
     * @param userHome the user's home folder
     */
    Jdks(Map<String, String> env, Path runningJvm, Path root, Path userHome) {
        this.env = env;
        this.runningJvm = runningJvm;
        this.root = root;
        this.userHome = userHome;
    }

    /** {@return the search on this machine, as this user} */
    static Jdks ofThisMachine() {
        Path jvm = Path.of(System.getProperty("java.home"));
        return new Jdks(System.getenv(), jvm, jvm.getRoot(), Path.of(System.getProperty("user.home")));
    }

    /** {@return the home of the first JDK 25 found, in the order of {@link #candidates}} */
    Optional<Path> find25() {
        return candidates().stream().filter(Jdks::is25).findFirst();
    }

    /** {@return the {@code java} of a JDK} */
    static Path java(Path home) {
        Path exe = home.resolve("bin").resolve("java.exe");
        return Files.exists(exe) ? exe : home.resolve("bin").resolve("java");
    }

    private static boolean is25(Path home) {
        if (!Files.isExecutable(java(home))) {
            return false;
        }
        Properties release = new Properties();
        try (var in = Files.newBufferedReader(home.resolve("release"), StandardCharsets.UTF_8)) {
            release.load(in);
        } catch (IOException | IllegalArgumentException e) {
            return false;
        }
        Matcher major = MAJOR.matcher(release.getProperty("JAVA_VERSION", ""));
        // Some vendors' JRE 25 leave the vector module out.
        String modules = release.getProperty("MODULES", VECTOR_MODULE);
        return major.matches() && major.group(1).equals("25") && modules.contains(VECTOR_MODULE);
    }

    /** {@return every folder that may be a JDK's home, likeliest first} */
    Set<Path> candidates() {
        Set<Path> homes = new LinkedHashSet<>();
        addHome(homes, env.get("JAVA25_HOME"));
        addHome(homes, env.get("JAVA_HOME"));
        homes.add(runningJvm);
        addPath(homes);
        for (String folder : List.of("usr/lib/jvm", "usr/java", "opt", "opt/java", "opt/jdk", "usr/local/lib/jvm",
                "Program Files/Java", "Program Files/Eclipse Adoptium", "Program Files/Zulu", "Program Files/Microsoft",
                "Program Files/Amazon Corretto", "Program Files/BellSoft", "Program Files/Semeru")) {
            homes.addAll(children(root.resolve(folder), ""));
        }
        homes.addAll(children(root.resolve("Library/Java/JavaVirtualMachines"), "Contents/Home"));
        homes.addAll(children(userHome.resolve("Library/Java/JavaVirtualMachines"), "Contents/Home"));
        for (String brew : List.of("opt/homebrew", "usr/local", "home/linuxbrew/.linuxbrew")) {
            for (String formula : List.of("openjdk@25", "openjdk")) {
                Path keg = root.resolve(brew).resolve("opt").resolve(formula);
                homes.add(keg.resolve("libexec/openjdk.jdk/Contents/Home"));
                homes.add(keg.resolve("libexec"));
            }
        }
        for (String folder : List.of(".sdkman/candidates/java", ".jdks", ".jabba/jdk", ".asdf/installs/java",
                ".local/share/mise/installs/java", ".gradle/jdks", ".m2/jdks")) {
            homes.addAll(children(userHome.resolve(folder), ""));
            homes.addAll(children(userHome.resolve(folder), "Contents/Home"));
        }
        addToolchains(homes);
        return homes;
    }

    private static void addHome(Set<Path> homes, String home) {
        if (home != null && !home.isBlank()) {
            try {
                homes.add(Path.of(home.strip()));
            } catch (InvalidPathException e) {
                // A variable that holds no path names no JDK.
            }
        }
    }

    private void addPath(Set<Path> homes) {
        String path = env.getOrDefault("PATH", "");
        for (String entry : path.split(Pattern.quote(File.pathSeparator))) {
            for (String name : List.of("java", "java.exe")) {
                try {
                    // Through the links: /usr/bin/java, /etc/alternatives/java, the JDK's own bin/java.
                    Path real = entry.isBlank() ? null : Path.of(entry).resolve(name).toRealPath();
                    if (real != null && real.getParent().getParent() != null) {
                        homes.add(real.getParent().getParent());
                    }
                } catch (IOException | InvalidPathException e) {
                    // No java in that folder.
                }
            }
        }
    }

    /** The JDKs that Maven has been told of, which is where some people keep the list. */
    private void addToolchains(Set<Path> homes) {
        try {
            Matcher m = JDK_HOME.matcher(Files.readString(userHome.resolve(".m2").resolve("toolchains.xml")));
            while (m.find()) {
                addHome(homes, m.group(1));
            }
        } catch (IOException e) {
            // No toolchains.
        }
    }

    private static List<Path> children(Path folder, String below) {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, Files::isDirectory)) {
            for (Path entry : entries) {
                found.add(below.isEmpty() ? entry : entry.resolve(below));
            }
        } catch (IOException e) {
            return List.of();
        }
        found.sort(null);
        return found;
    }

    static boolean isWindows(String os) {
        return os.toLowerCase(Locale.ROOT).startsWith("windows");
    }

    /** {@return the one line for a user without JDK 25, by operating system} */
    static String adviceFor(String os) {
        String how = isWindows(os) ? "winget install EclipseAdoptium.Temurin.25.JDK"
                : os.startsWith("Mac") ? "brew install --cask temurin@25"
                : "apt install openjdk-25-jdk, dnf install java-25-openjdk-devel, or sdk install java 25-tem";
        return "espalier: needs JDK 25 and found none: get it from https://adoptium.net/temurin/releases/?version=25 (or "
                + how + "), or set JAVA25_HOME to where it is";
    }

    /** Says so in one line and fails where there is no JDK 25: the build runs this file as a script before anything else. */
    public static void main(String[] args) {
        if (ofThisMachine().find25().isEmpty()) {
            System.err.println(adviceFor(System.getProperty("os.name")));
            System.exit(1);
        }
    }
}
