package espalier.bench.paper;

import java.util.List;

/** A page of text, tables and figures, as Markdown and as HTML. */
final class Page {
    private static final String HEAD = """
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"><title>%s</title>
            <style>
            :root {color-scheme: light dark}
            body {font-family: sans-serif; max-width: 75em; margin: 2em auto; padding: 0 1em; line-height: 1.5}
            img {max-width: 100%%; height: auto} pre {overflow-x: auto; font-size: 85%%}
            </style></head><body>
            """;

    private final String title;
    private final StringBuilder markdown = new StringBuilder();
    private final StringBuilder html = new StringBuilder();

    Page(String title) {
        this.title = title;
        heading(1, title);
    }

    void heading(int level, String text) {
        markdown.append("#".repeat(level)).append(' ').append(text).append("\n\n");
        html.append("<h").append(level).append('>').append(escape(text)).append("</h").append(level).append(">\n");
    }

    void text(String text) {
        markdown.append(text).append("\n\n");
        html.append("<p>").append(escape(text)).append("</p>\n");
    }

    void list(List<String> items) {
        items.forEach(i -> markdown.append("- ").append(i).append('\n'));
        markdown.append('\n');
        html.append("<ul>\n");
        items.forEach(i -> html.append("<li>").append(escape(i)).append("</li>\n"));
        html.append("</ul>\n");
    }

    /** @param table as Markdown, in lines of one length */
    void table(String table) {
        markdown.append(table).append('\n');
        html.append("<pre>").append(escape(table)).append("</pre>\n");
    }

    void figure(String file, String description) {
        markdown.append("![").append(description).append("](").append(file).append(")\n\n");
        html.append("<p><img src=\"").append(escape(file)).append("\" alt=\"").append(escape(description)).append("\"></p>\n");
    }

    String markdown() {
        return markdown.toString();
    }

    String html() {
        return HEAD.formatted(escape(title)) + html + "</body></html>\n";
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;");
    }
}
