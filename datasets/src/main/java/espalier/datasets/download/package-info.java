/** Downloads of the published data sets: resumed, retried, verified before anything is kept. */
package espalier.datasets.download;
