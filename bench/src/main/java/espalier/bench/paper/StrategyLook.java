package espalier.bench.paper;

import espalier.bench.chart.Ink;
import espalier.bench.chart.Line;
import java.awt.Color;
import java.util.List;

/** The line of a strategy: its colour tells the score, and it is dashed where each layer is pruned alike. */
final class StrategyLook {
    static final Line.Look DENSE = new Line.Look(Ink.TEXT, false, Line.Marker.DIAMOND);

    private StrategyLook() {}

    /**
     * {@return how the line of {@code strategy} is drawn}
     *
     * @param all strategies of the chart, which tell those apart that have no colour of their own
     */
    static Line.Look of(String strategy, List<String> all) {
        boolean layer = strategy.startsWith("layer-");
        Line.Marker marker = layer ? Line.Marker.SQUARE : Line.Marker.CIRCLE;
        Color color = switch (strategy) {
            case "random" -> Ink.GREY;
            case "global-magnitude", "layer-magnitude" -> Ink.BLUE;
            case "global-gradient", "layer-gradient" -> Ink.ORANGE;
            case "global-gap", "layer-gap" -> Ink.VERMILION;
            case "global-gap-parameter" -> Ink.PURPLE;
            case "global-activation", "layer-activation" -> Ink.GREEN;
            default -> null;
        };
        return color != null ? new Line.Look(color, layer, strategy.equals("random") ? Line.Marker.UP : marker)
                : new Line.Look(Ink.color(all.indexOf(strategy)), true, Line.Marker.DOWN);
    }
}
