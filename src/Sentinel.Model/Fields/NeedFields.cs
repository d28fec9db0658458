using Sentinel.Model.Specs;

namespace Sentinel.Model.Fields;

/// <summary>What a process is to others, and what it needs of them.</summary>
internal static class NeedFields
{
    private const string Task = "task", Service = "service";

    public static readonly SpecField[] All =
    [
        new("needs", FieldShape.Texts, "name[:condition]",
            "Start it only once another process is ready or, if that is a task, done; also NAME:started, ready, healthy, done, ended, port, "
            + "file:PATH or log:REGEX, and NAME,optional, NAME,restart (restart it when that was) or NAME,bound (stop it when that has ended) (repeatable)")
        {
            Heading = "Other processes",
            Get = spec => FieldTexts.Of(spec.Needs),
            Set = (spec, value) => spec with { Needs = value.AddedTo(spec.Needs, Need.Parse, need => need.Name) },
            IsAtOnce = SpecField.Always,
        },
        new("after", FieldShape.Texts, "name", "When both are to start, start it after that process; when both are stopped, stop it before (repeatable)")
        {
            Get = spec => spec.After,
            Set = (spec, value) => spec with { After = value.AddedTo(spec.After, Name, name => name) },
            IsAtOnce = SpecField.Always,
        },
        new("type", FieldShape.Text, "service|task", "task: it runs to its end, and is done when it exits with success [default: service]")
        {
            Get = spec => FieldTexts.Of(spec.IsCalledTask ? Task : null),
            Set = (spec, value) => spec with
            {
                IsCalledTask = value.Text switch
                {
                    Task => true,
                    null or Service => false,
                    var other => throw new FormatException($"--type takes {Service} or {Task}, not '{other}'"),
                },
            },
            Words = [Service, Task],
            IsAtOnce = SpecField.Always,
        },
    ];

    private static string Name(string name) => ProcessName.IsFull(name) ? name : throw new FormatException($"'{name}' cannot be the name of a process: {ProcessName.Rule}");
}
