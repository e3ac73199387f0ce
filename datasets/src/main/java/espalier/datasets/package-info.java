/** Images with labels: embedded generators, readers of the published files, batches, augmentation and downloads. */
package espalier.datasets;
