namespace Sentinel.Model.Specs;

/// <summary>A variable whose value a process fetches by itself whenever it starts; Sentinel never has it.</summary>
/// <param name="IsCommand">Whether a command prints the value; otherwise a file holds it.</param>
/// <param name="Source">A command line for a shell, or a path: absolute, or in the home folder of the process's user, with <c>~/</c> in front.</param>
public sealed record Secret(string Name, bool IsCommand, string Source)
{
    private const string File = "file:", Printed = "cmd:";

    /// <summary>Parses <c>NAME=file:PATH</c> and <c>NAME=cmd:COMMAND</c>.</summary>
    /// <param name="fileOf">Makes a path absolute.</param>
    /// <exception cref="FormatException">It is neither.</exception>
    public static Secret Parse(string text, Func<string, string> fileOf)
    {
        var (name, reference) = Variable.Parse(text);
        // A shell is what passes it on.
        if (!name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_') || char.IsAsciiDigit(name[0]))
            throw new FormatException($"'{name}' cannot be the name of a secret: it has letters, digits and _, and begins with no digit");
        return WithPath(reference, fileOf) switch
        {
            var file when file.StartsWith(File, StringComparison.Ordinal) && file.Length > File.Length => new Secret(name, IsCommand: false, file[File.Length..]),
            _ when reference.StartsWith(Printed, StringComparison.Ordinal) && !string.IsNullOrWhiteSpace(reference[Printed.Length..]) =>
                new Secret(name, IsCommand: true, reference[Printed.Length..]),
            // What was given may be the secret itself.
            _ => throw new FormatException($"the secret {name} is to be a reference: {name}={File}PATH or {name}={Printed}COMMAND"),
        };
    }

    /// <summary>A reference in which the path of a file is absolute, unless it begins in the home folder; any other as it is.</summary>
    public static string WithPath(string reference, Func<string, string> fileOf) =>
        reference.StartsWith(File, StringComparison.Ordinal) && reference[File.Length..] is { Length: > 0 } path && !path.StartsWith("~/", StringComparison.Ordinal)
            ? File + fileOf(path) : reference;

    /// <summary>What stands for the value.</summary>
    public string Reference => (IsCommand ? Printed : File) + Source;

    public override string ToString() => $"{Name}={Reference}";
}
