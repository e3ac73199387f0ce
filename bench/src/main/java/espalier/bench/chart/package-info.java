/** Figures for papers and pages: line charts, panels of them, heat maps and sheets of images, as SVG and PNG. */
package espalier.bench.chart;
