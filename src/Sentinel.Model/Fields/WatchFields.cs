using Sentinel.Model.Specs;

namespace Sentinel.Model.Fields;

/// <summary>Which files a process depends on.</summary>
internal static class WatchFields
{
    private const string Watch = "watch";

    public static readonly SpecField[] All =
    [
        new(Watch, FieldShape.FlagOrText, "", "Restart it when the content of a file below its working directory changes. "
            + "--watch=src,'lib/**/*.cs': only of these files, folders and patterns (needs a daemon)")
        {
            Heading = "Watching files",
            Get = spec => spec.Watch is { } rule ? [string.Join(',', rule.Paths)] : [],
            Set = (spec, value) => spec with { Watch = value.Text is { } text ? (spec.Watch ?? new WatchRule()) with { Paths = WatchRule.Split(text) } : null },
            Bare = WatchRule.Here,
            IsAtOnce = SpecField.Always,
        },
        new("watch-ignore", FieldShape.Texts, "pattern", "Leave files out that match, as a line of .gitignore does: '*.log', build/, docs/**/*.md (repeatable)")
        {
            Get = spec => spec.Watch?.Ignore ?? [],
            Set = (spec, value) => With(spec, value, rule => rule with { Ignore = value.AddedTo(rule.Ignore, text => Pattern(text), text => text) }),
            Needs = Watch,
            IsAtOnce = SpecField.Always,
        },
        new("watch-then", FieldShape.Text, "action",
            "restart; rolling: a set one instance at a time; no-gap: with its sockets handed on; signal:NAME: send that signal; run:COMMAND: run a command line in its folder, and leave the process alone [default: restart]")
        {
            Get = spec => spec.Watch is { } rule && rule.Then != WatchAction.Default ? [rule.Then.ToString()] : [],
            Set = (spec, value) => With(spec, value, rule => rule with { Then = value.Text is { } text ? WatchAction.Parse(text) : WatchAction.Default }),
            Needs = Watch,
            IsAtOnce = SpecField.Always,
        },
        new("watch-no-gitignore", FieldShape.Flag, "", "Count files, too, that .gitignore and .ignore leave out")
        {
            Get = spec => FieldTexts.Of(spec.Watch is { UsesGitignore: false }),
            Set = (spec, value) => With(spec, value, rule => rule with { UsesGitignore = !value.Flag }),
            Needs = Watch,
            IsAtOnce = SpecField.Always,
        },
    ];

    private static ProcessSpec With(ProcessSpec spec, FieldValue value, Func<WatchRule, WatchRule> change) =>
        spec.Watch is { } rule ? spec with { Watch = change(rule) }
        : value.IsGiven ? throw new FormatException($"--{value.Key} needs --{Watch}")
        : spec;

    private static string Pattern(string text) => text.Length > 0 ? text : throw new FormatException("--watch-ignore takes a pattern, not ''");
}
