using System.Globalization;
using Sentinel.Screen.Cells;

namespace Sentinel.Screen.Views;

/// <summary>Draws the first line: what there is in all, and who tells it.</summary>
internal static class HeaderView
{
    public static void Draw(Canvas canvas, Scene scene)
    {
        var right = Right(scene, isShort: canvas.Size.Columns < 120);
        var processes = scene.Listing.Processes;
        var (up, bad) = (processes.Count(StateWords.IsUpOrDone), processes.Count(process => StateWords.IsBad(StateWords.Of(process))));
        var cpu = processes.Sum(process => process.CpuPercent ?? 0);
        var memory = processes.Sum(process => process.MemoryBytes ?? 0);
        var start = Math.Max(0, canvas.Size.Columns - Rendering.Text.Width(right) - 1);
        var end = right.Length > 0 ? start - 1 : start;
        var at = 1;
        // What matters most comes last to be cut.
        var counts = $"{up} of {processes.Count} up";
        if (canvas.Size.Columns >= 60)
            at = canvas.PutCut(0, at, Rendering.Text.Printable(scene.Place), Ink.Bold, Math.Min(end, canvas.Size.Columns / 3)) + 2;
        at = canvas.PutCut(0, at, counts, up == processes.Count ? Ink.Plain : Ink.Yellow, end) + 2;
        if (bad > 0)
            at = canvas.PutCut(0, at, $"{bad} bad", Ink.Red.With(Strokes.Bold), end) + 2;
        if (scene.Listing.Arrangement.Filter.Length > 0)
            at = canvas.PutCut(0, at, $"/{Rendering.Text.Printable(scene.Listing.Arrangement.Filter)}", Ink.Yellow.With(Strokes.Bold), end) + 2;
        if (scene.Marked.Count > 0)
            at = canvas.PutCut(0, at, $"{scene.Marked.Count} marked", Ink.Yellow.With(Strokes.Bold), end) + 2;
        if (processes.Count > 0)
            canvas.PutCut(0, at, string.Create(CultureInfo.InvariantCulture, $"cpu {cpu:0}%  mem {Rendering.Text.Memory(memory)}"), end: end);
        canvas.Put(0, start, right, scene.Source is { Note: not null } || (scene.Source is { Pid: null } && scene.Hosts.Count == 0) ? Ink.Yellow : Ink.Dim);
    }

    private static string Right(Scene scene, bool isShort) => (scene.Source switch
    {
        null => "",
        { Note: { } note } => note,
        _ when scene.Hosts.Count > 0 => isShort ? "" : $"sentinel {scene.Version}  {scene.Hosts.Count} machines",
        { Pid: { } pid } => isShort ? "" : $"sentinel {scene.Version}  daemon {pid}",
        _ => "no daemon",
    }) + (isShort ? "" : "  ? help");
}
