using Sentinel.Screen.Cells;

namespace Sentinel.Screen.Views;

/// <summary>Draws what the screen shows: a function of the scene alone.</summary>
internal static class View
{
    // Below that, nothing of use fits.
    private const int FewestColumns = 20, FewestRows = 4;

    public static Canvas Draw(Scene scene)
    {
        var canvas = new Canvas(scene.Size);
        if (scene.Size is { Columns: < FewestColumns } or { Rows: < FewestRows })
        {
            canvas.Put(0, 0, "Too small");
            return canvas;
        }

        HeaderView.Draw(canvas, scene);
        TableView.Draw(canvas, scene);
        PaneView.Draw(canvas, scene);
        FooterView.Draw(canvas, scene);
        PromptView.Draw(canvas, scene);
        return canvas;
    }
}
