using Sentinel.Core.Environments;

namespace Sentinel.Rendering;

/// <summary>A variable as <c>env</c> shows it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">The value that the process has; null when it has none.</param>
/// <param name="Next">What it would get if it started now; null: nothing.</param>
internal sealed record VariableView(string Name, string? Value, EnvironmentEntry? Next)
{
    /// <summary>Where its current value comes from; null when that is no longer known.</summary>
    public EnvironmentSource? Source => IsOutdated ? null : Next?.Source;

    public bool IsOutdated => Value != Next?.Value;
}

/// <summary>An environment as <c>env</c> shows it, one variable a line.</summary>
internal static class EnvironmentList
{
    private const string Mask = "********";

    public static IEnumerable<string> Lines(IReadOnlyCollection<VariableView> variables, bool reveal, Style style)
    {
        var isAnyOutdated = variables.Any(variable => variable.IsOutdated);
        Column[] columns = [new("NAME", Fair: 30, Least: 10), new("VALUE", Fair: 20, Least: 10, Keep: 3), new("FROM", Fair: 20, Least: 10, Keep: 2)];
        var table = new Table(isAnyOutdated ? [.. columns, new Column("AT NEXT START", Fair: 20, Least: 10, Keep: 1)] : columns);
        foreach (var variable in variables)
        {
            Cell[] cells = [Text.Printable(variable.Name), Shown(variable.Value), Text.Printable(variable.Source?.ToString() ?? "-")];
            table.Add(isAnyOutdated ? [.. cells, Next(variable)] : cells);
        }

        return table.Lines(style);

        string Shown(string? value) => value is null ? "-" : reveal ? Text.Printable(value) : Mask;

        Cell Next(VariableView variable) => variable switch
        {
            { IsOutdated: false } => "",
            { Next: { } next } => new Cell($"{(reveal ? Text.Printable(next.Value) : variable.Value is null ? "new" : "another")}, from {Text.Printable(next.Source.ToString())}", Color.Yellow),
            _ => new Cell("not there", Color.Yellow),
        };
    }
}
