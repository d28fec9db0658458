using Sentinel.Api;

namespace Sentinel.Rendering;

/// <summary>An environment as <c>env</c> shows it, one variable a line.</summary>
internal static class EnvironmentList
{
    private const string Mask = "********";

    // What a shell sets for itself, and each differently.
    private static readonly string[] OfShells = ["_", "SHLVL", "PWD", "OLDPWD"];

    /// <summary>Whether a process did not simply get it from a shell such as ours.</summary>
    /// <param name="inShell">Its value in this shell; null: it is not there.</param>
    public static bool IsOwn(VariableInfo variable, string? inShell) =>
        variable.IsOutdated || (variable.Source != EnvironmentSource.Run) || (variable.Value != inShell && !OfShells.Contains(variable.Name));

    public static IEnumerable<string> Lines(IReadOnlyCollection<VariableInfo> variables, Style style)
    {
        var isAnyOutdated = variables.Any(variable => variable.IsOutdated);
        Column[] columns = [new("NAME", Fair: 30, Least: 10), new("VALUE", Fair: 40, Least: 10, Keep: 3), new("FROM", Fair: 20, Least: 10, Keep: 2)];
        var table = new Table(isAnyOutdated ? [.. columns, new Column("AT NEXT START", Fair: 20, Least: 10, Keep: 1)] : columns);
        foreach (var variable in variables)
        {
            Cell[] cells =
            [
                Text.Printable(variable.Name), variable.IsSet ? Shown(variable, variable.Value, Mask) : "-", Text.Printable(variable.Source?.ToString() ?? "-"),
            ];
            table.Add(isAnyOutdated ? [.. cells, Next(variable)] : cells);
        }

        return table.Lines(style);

        static string Shown(VariableInfo variable, string? value, string mask) => variable.IsMasked ? mask : Text.Printable(value ?? "");

        static Cell Next(VariableInfo variable) => variable switch
        {
            { IsOutdated: false } => "",
            { NextSource: { } source } => new Cell(
                $"{Shown(variable, variable.NextValue, variable.IsSet ? "another" : "new")}, from {Text.Printable(source.ToString())}", Color.Yellow),
            _ => new Cell("not there", Color.Yellow),
        };
    }
}
