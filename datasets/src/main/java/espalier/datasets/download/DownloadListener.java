package espalier.datasets.download;

/** Is told how a download goes on, in the thread that downloads. */
public interface DownloadListener {
    /** Called often while {@code file} arrives: so many of {@code total} bytes are here; a retry may start from less. */
    void progress(String file, long received, long total);

    /** One line for the user: what is skipped, retried, verified or unpacked. */
    void note(String line);
}
