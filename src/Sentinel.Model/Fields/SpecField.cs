using Sentinel.Model.Specs;

namespace Sentinel.Model.Fields;

/// <summary>
/// A setting of a process. One entry in a table is the option <c>--KEY</c> of <c>run</c> and <c>set</c>, and the property KEY of
/// <c>options</c> in the state, in requests and in <c>--json</c>.
/// </summary>
/// <param name="key">Words with dashes between them: <c>stop-timeout</c>.</param>
/// <param name="shape">How its values look.</param>
/// <param name="value">What help calls a value; empty for a flag.</param>
/// <param name="help">Begins with a verb or names the thing; a default that help shows stands at its end.</param>
public sealed class SpecField(string key, FieldShape shape, string value, string help)
{
    public string Key => key;

    public FieldShape Shape => shape;

    public string Value => value;

    public string Help => help;

    private static readonly Func<ProcessSpec, ProcessSpec, bool> Never = (_, _) => false;

    /// <summary>Holds for a change of a running process that must not wait for its next start.</summary>
    public static readonly Func<ProcessSpec, ProcessSpec, bool> Always = (_, _) => true;

    /// <summary>Its values as <see cref="Give"/> takes them; none: it has its default.</summary>
    public required Func<ProcessSpec, IReadOnlyList<string>> Get { get; init; }

    /// <summary>Gives it values or, with none, its default. Throws <see cref="FormatException"/>, with the reason, for a value that cannot be.</summary>
    public required Func<ProcessSpec, FieldValue, ProcessSpec> Set { get; init; }

    /// <summary>A short form of the option, such as <c>-e</c>; null: there is none.</summary>
    public string? Alias { get; init; }

    /// <summary>With it a section of the help begins, of this title; null: it continues the one before.</summary>
    public string? Heading { get; init; }

    /// <summary>Whether it is used every day: help shows it first.</summary>
    public bool IsCommon { get; init; }

    /// <summary>The values that there are; empty: more than can be listed.</summary>
    public IReadOnlyList<string> Words { get; init; } = [];

    /// <summary>What a flag with a value means without it: <c>--restart</c>.</summary>
    public string Bare { get; init; } = True;

    /// <summary>Fields of one choice exclude each other, and can be reset by its name; null: it is part of none.</summary>
    public string? Choice { get; init; }

    /// <summary>The field without which it has no effect; null: it stands alone.</summary>
    public string? Needs { get; init; }

    /// <summary>Whether a change, from one spec to another, holds at once for a process that runs.</summary>
    public Func<ProcessSpec, ProcessSpec, bool> IsAtOnce { get; init; } = Never;

    /// <summary>Whether it has no default that it could be reset to.</summary>
    public bool IsRequired { get; init; }

    /// <summary>Whether it is among the <c>options</c> of a spec; the others have a place of their own there.</summary>
    public bool IsOption { get; init; } = true;

    /// <summary>Whether <c>run</c> has it as an option.</summary>
    public bool IsOfRun { get; init; } = true;

    /// <summary>The one value of a flag.</summary>
    public const string True = "true";

    /// <exception cref="FormatException">A value cannot be; the message says why.</exception>
    public ProcessSpec Give(ProcessSpec spec, IReadOnlyList<string> values, Asker asker) => Set(spec, new FieldValue(Key, values, asker));

    public ProcessSpec Reset(ProcessSpec spec) => Set(spec, new FieldValue(Key, [], Asker.None));

    public bool IsSame(ProcessSpec one, ProcessSpec other) => Get(one).SequenceEqual(Get(other));
}

/// <summary>How the values of a field look, in an option as in JSON.</summary>
public enum FieldShape
{
    /// <summary>Given or not; <c>true</c> in JSON.</summary>
    Flag,

    /// <summary>A flag that may have a value, after <c>=</c>.</summary>
    FlagOrText,

    Text,

    /// <summary>A number in JSON.</summary>
    Number,

    /// <summary>An option that can be repeated; an array in JSON.</summary>
    Texts,
}
