/** Post-training quantization to 8 bits: calibration, integer execution, files. */
package espalier.compress.quant;
