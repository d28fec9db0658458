using System.Text.Json;
using Sentinel.Api.Wire;
using Sentinel.Core.Hooks;
using Sentinel.Model.Specs;

namespace Sentinel.Rendering;

/// <param name="Last">How it went last; null: it has not been run.</param>
internal sealed record HookLine(Hook Hook, HookReport? Last);

/// <summary>Hooks as <c>hook list</c> shows them.</summary>
internal static class HookList
{
    private static readonly Column[] Columns =
    [
        new("NAME", Fair: 16, Least: 8),
        new("ON", Fair: 24, Least: 8, Keep: 2),
        new("OF", Fair: 12, Least: 6, Keep: 1),
        new("DOES", Fair: 24, Least: 8, Keep: 3),
        new("LAST", Fair: 40, Least: 16),
    ];

    public static IEnumerable<string> Lines(IReadOnlyList<HookLine> all, Style style)
    {
        if (all.Count == 0)
            return ["No hooks: 'sentinel hook add' makes one"];
        var table = new Table(Columns);
        foreach (var (hook, last) in all)
            table.Add([
                hook.Name,
                string.Join(", ", hook.On),
                hook.Processes.Count > 0 ? string.Join(", ", hook.Processes) : "all",
                Text.Printable(hook.Target),
                last is not { At: { } at } ? "not run yet"
                    : new Cell($"{Text.Time(at)}, {last.Event}: {(last.Why is { } why ? Text.Printable(why) : $"done in {Text.ExactDuration(TimeSpan.FromSeconds(last.Seconds))}")}", last.Why is null ? Color.Green : Color.Red),
            ]);
        return table.Lines(style);
    }

    public static void Write(Utf8JsonWriter json, HookLine line)
    {
        var (hook, last) = line;
        json.WriteStartObject();
        json.WriteString("name", hook.Name);
        json.WriteTexts("on", hook.On);
        json.WriteTexts("processes", hook.Processes);
        json.WriteOrNull("command", hook.Command?.Text);
        json.WriteOrNull("webhook", hook.Webhook);
        json.WriteTexts("headers", hook.Headers.Select(header => header.Name));
        json.WriteNumber("timeoutSeconds", hook.Timeout.TotalSeconds);
        json.WriteNumber("delivered", last?.Delivered ?? hook.After);
        json.WriteOrNull("lastEvent", last?.Event);
        json.WriteOrNull("lastAt", last?.At);
        json.WriteOrNull("lastSeconds", last?.Seconds);
        json.WriteOrNull("lastError", last?.Why);
        json.WriteEndObject();
    }
}
