package espalier.bench.lesson;

import espalier.bench.report.Json;
import espalier.bench.report.Table;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** A text with figures and tables, as Markdown and as HTML that needs nothing else. */
record Page(String title, List<Block> blocks) {
    private static final String STYLE = """
            :root { color-scheme: light dark; --ground: #fefefe; --ink: #222223; --soft: #636364; --line: #e2e2e3;
              --box: #f3f6f9; }
            @media (prefers-color-scheme: dark) {
              :root { --ground: #16181c; --ink: #e8e8e8; --soft: #a8acb3; --line: #3a3d44; --box: #1f2329; }
            }
            body { background: var(--ground); color: var(--ink); font: 17px/1.6 system-ui, sans-serif; max-width: 44rem;
              margin: 2rem auto; padding: 0 1rem; }
            h1 { line-height: 1.25; } h2 { margin-top: 2.4rem; line-height: 1.3; }
            table { border-collapse: collapse; font-size: .85em; display: block; overflow-x: auto; margin: 1rem 0; }
            th, td { padding: .3rem .7rem; border-bottom: 1px solid var(--line); text-align: right; }
            th { color: var(--soft); font-weight: 600; } .text { text-align: left; }
            figure { margin: 1.2rem 0; } figure svg { width: 100%; height: auto; }
            figcaption { color: var(--soft); font-size: .85em; }
            code { font-size: .92em; } pre { background: var(--box); padding: .7rem 1rem; overflow-x: auto; }
            aside { background: var(--box); border-left: 4px solid #0072b2; padding: .1rem 1rem; margin: 1.2rem 0; }
            """;

    /** Writes {@code NAME.md} with its figures beside it, and {@code NAME.html} with them inside. */
    void write(Path folder, String name) {
        for (Block b : blocks) {
            if (b instanceof Block.Plot p) {
                p.picture().writeSvg(folder.resolve(p.file() + ".svg"));
            }
        }
        Json.writeText(folder.resolve(name + ".md"), markdown());
        Json.writeText(folder.resolve(name + ".html"), html());
    }

    String markdown() {
        return "# " + title + "\n\n" + blocks.stream().map(Page::markdown).collect(Collectors.joining("\n\n")) + "\n";
    }

    private static String markdown(Block block) {
        return switch (block) {
            case Block.Heading(String text) -> "## " + text;
            case Block.Text(String text) -> text;
            case Block.Exercise(String text) -> "> **Try it.** " + text;
            case Block.Code(String text) -> "```\n" + text + "\n```";
            case Block.Points(List<String> texts) -> texts.stream().map(t -> "- " + t).collect(Collectors.joining("\n"));
            case Block.Plot p -> "![" + p.caption() + "](" + p.file() + ".svg)\n\n*" + p.caption() + "*";
            case Block.Rows r -> {
                Table table = new Table(r.textColumns(), r.head().toArray(String[]::new));
                r.rows().forEach(row -> table.add(row.toArray(String[]::new)));
                yield table.toString().strip();
            }
        };
    }

    String html() {
        return """
                <!DOCTYPE html>
                <html lang="en">
                <head>
                <meta charset="utf-8">
                <meta name="viewport" content="width=device-width, initial-scale=1">
                <title>%s</title>
                <style>
                %s</style>
                </head>
                <body>
                <h1>%s</h1>
                %s
                </body>
                </html>
                """.formatted(inline(title), STYLE, inline(title),
                blocks.stream().map(Page::html).collect(Collectors.joining("\n")));
    }

    private static String html(Block block) {
        return switch (block) {
            case Block.Heading(String text) -> "<h2>" + inline(text) + "</h2>";
            case Block.Text(String text) -> "<p>" + inline(text) + "</p>";
            case Block.Exercise(String text) -> "<aside><p><strong>Try it.</strong> " + inline(text) + "</p></aside>";
            case Block.Code(String text) -> "<pre><code>" + escape(text) + "</code></pre>";
            case Block.Points(List<String> texts) -> texts.stream().map(t -> "<li>" + inline(t) + "</li>")
                    .collect(Collectors.joining("\n", "<ul>\n", "\n</ul>"));
            case Block.Plot p -> "<figure>\n" + inPage(p.picture().svg(), p.file()) + "\n<figcaption>" + inline(p.caption())
                    + "</figcaption>\n</figure>";
            case Block.Rows r -> "<table>\n" + row(r.head(), r.textColumns(), "th") + r.rows().stream()
                    .map(row -> row(row, r.textColumns(), "td")).collect(Collectors.joining()) + "</table>";
        };
    }

    private static String row(List<String> cells, int textColumns, String tag) {
        StringBuilder html = new StringBuilder("<tr>");
        for (int i = 0; i < cells.size(); i++) {
            html.append('<').append(tag).append(i < textColumns ? " class=\"text\">" : ">").append(inline(cells.get(i)))
                    .append("</").append(tag).append('>');
        }
        return html.append("</tr>\n").toString();
    }

    /** What is named within a picture must not be named twice in a page. */
    private static String inPage(String svg, String name) {
        return svg.substring(svg.indexOf("<svg")).strip().replace(" id=\"", " id=\"" + name + "-")
                .replace("url(#", "url(#" + name + "-").replace("href=\"#", "href=\"#" + name + "-");
    }

    private static String inline(String text) {
        return escape(text).replaceAll("`([^`]+)`", "<code>$1</code>").replaceAll("\\*\\*([^*]+)\\*\\*", "<strong>$1</strong>");
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
