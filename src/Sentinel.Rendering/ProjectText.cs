using Sentinel.Core.Projects;

namespace Sentinel.Rendering;

/// <summary>A project as <c>config</c> shows it: each value with the place where it is written.</summary>
internal static class ProjectText
{
    // A longer value pushes its place to the right, and not those of all others.
    private const int WidestValue = 60;

    /// <param name="isWhole">Whether it begins with what holds for all processes.</param>
    public static IEnumerable<string> Lines(Project project, IReadOnlyList<ProjectProcess> processes, bool isWhole)
    {
        List<(string Title, List<(string Key, string Value, Place? Place)> Rows)> parts = isWhole ? [(project.Name, [.. RowsOf(project)])] : [];
        parts.AddRange(processes.Select(process => ($"[process.{process.Name}]", RowsOf(process).ToList())));
        if (isWhole)
            parts.AddRange(project.Hooks.Select(hook => ($"[hook.{hook.Hook.Name}]", RowsOf(hook.Settings).ToList())));
        var rows = parts.SelectMany(part => part.Rows).ToList();
        var keys = rows.Select(row => Text.Width(row.Key)).DefaultIfEmpty().Max();
        var values = rows.Select(row => Math.Min(Text.Width(Text.Printable(row.Value)), WidestValue)).DefaultIfEmpty().Max();
        var isFirst = true;
        foreach (var (title, own) in parts)
        {
            if (!isFirst)
                yield return "";
            isFirst = false;
            yield return Text.Printable(title);
            foreach (var (key, value, place) in own)
                yield return $"  {Padded(key, keys)}  {(place is { } at ? $"{Padded(Text.Printable(value), values)}  {Text.Printable(at.ToString())}" : Text.Printable(value))}";
        }
    }

    private static IEnumerable<(string, string, Place?)> RowsOf(Project project) =>
    [
        ("file", project.File, null),
        .. project.EnvironmentFiles.Select(file => ("env-file", file.Text, (Place?)file.Place)),
        .. project.Variables.Select(variable => ("env", $"{variable.Name}={variable.Value}", (Place?)variable.Place)),
    ];

    private static IEnumerable<(string, string, Place?)> RowsOf(ProjectProcess process) =>
    [
        ("run", process.Run.Command.Text, process.Run.Place),
        .. RowsOf(process.Settings.Concat(process.Others)),
    ];

    private static IEnumerable<(string, string, Place?)> RowsOf(IEnumerable<Setting> settings) =>
        settings.SelectMany(setting => setting.Given.Select(given => (setting.Key, given.Text, (Place?)given.Place)));

    private static string Padded(string text, int columns) => text + new string(' ', Math.Max(0, columns - Text.Width(text)));
}
