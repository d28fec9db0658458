using System.CommandLine;
using Sentinel.Model.Specs;

namespace Sentinel.Commands;

/// <summary>Times as people write them.</summary>
internal static class Since
{
    public static Option<DateTimeOffset?> Option(string description, string name = "--since") => new(name)
    {
        Description = description + ": 30s, 10m, 2h, 1d ago, or a time such as 2026-01-31T12:00:00",
        HelpName = "time",
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (Moment.Parse(text, DateTimeOffset.Now) is { } moment)
                return moment;
            result.AddError($"{name} takes how long ago (30s, 10m, 2h, 1d) or a time (2026-01-31T12:00:00), not '{text}'");
            return null;
        },
    };
}
