using Sentinel.Api;

namespace Sentinel.Rendering;

/// <summary>An environment as <c>env</c> shows it, one variable a line.</summary>
internal static class EnvironmentList
{
    private const string Mask = "********";

    public static IEnumerable<string> Lines(IReadOnlyCollection<VariableInfo> variables, bool reveal, Style style)
    {
        var isAnyOutdated = variables.Any(variable => variable.IsOutdated);
        Column[] columns = [new("NAME", Fair: 30, Least: 10), new("VALUE", Fair: 20, Least: 10, Keep: 3), new("FROM", Fair: 20, Least: 10, Keep: 2)];
        var table = new Table(isAnyOutdated ? [.. columns, new Column("AT NEXT START", Fair: 20, Least: 10, Keep: 1)] : columns);
        foreach (var variable in variables)
        {
            Cell[] cells =
            [
                Text.Printable(variable.Name), variable.IsSet ? Shown(variable.Value, Mask) : "-", Text.Printable(variable.Source?.ToString() ?? "-"),
            ];
            table.Add(isAnyOutdated ? [.. cells, Next(variable)] : cells);
        }

        return table.Lines(style);

        string Shown(string? value, string mask) => reveal ? Text.Printable(value!) : mask;

        Cell Next(VariableInfo variable) => variable switch
        {
            { IsOutdated: false } => "",
            { NextSource: { } source } => new Cell(
                $"{Shown(variable.NextValue, variable.IsSet ? "another" : "new")}, from {Text.Printable(source.ToString())}", Color.Yellow),
            _ => new Cell("not there", Color.Yellow),
        };
    }
}
