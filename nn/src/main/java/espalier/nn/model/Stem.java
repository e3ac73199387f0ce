package espalier.nn.model;

/** How a network made for ImageNet begins. */
enum Stem {
    /** As published, for images of 224×224: of one of 32×32 little is left at once. */
    IMAGENET,
    /** Fewer strides and poolings, for images of 32×32. */
    CIFAR
}
