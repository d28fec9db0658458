using System.CommandLine;
using System.CommandLine.Parsing;
using Sentinel.Linux.Proc;
using Sentinel.Model.Specs;

namespace Sentinel.Commands;

/// <summary>The variables that a process or a group is to have.</summary>
internal sealed class EnvironmentOptionSet
{
    private readonly Option<string[]> _variables = new("--env", "-e")
    {
        Description = "Set an environment variable (repeatable)",
        HelpName = "NAME=value",
    };

    private readonly Option<string[]> _files = new("--env-file")
    {
        Description = "Read variables from this file (.env) whenever a process starts (repeatable; the last file wins)",
        HelpName = "file",
    };

    public void AddTo(System.CommandLine.Command command)
    {
        command.Options.Add(_variables);
        command.Options.Add(_files);
        command.Check(result =>
        {
            Variables(result.GetValue(_variables)!);
            if (result.GetValue(_files)!.Contains(""))
                throw new FormatException("--env-file takes a file, not ''");
        });
    }

    public EnvironmentBlock Variables(ParseResult result) => Variables(result.GetValue(_variables)!);

    /// <summary>Absolute paths.</summary>
    /// <exception cref="IOException">One of them will not be there when it is read again.</exception>
    public IReadOnlyList<string> Files(ParseResult result) => [.. result.GetValue(_files)!.Select(file => Caller.Absolute(file) is var path && LastingPath.IsPassing(path)
        ? throw new IOException($"--env-file {file} is open in this command only, and could not be read at the next start; give the file by its name")
        : path)];

    public bool IsAnyIn(CommandResult result) => result.GetResult(_variables) is not null || result.GetResult(_files) is not null;

    private static EnvironmentBlock Variables(string[] words) => words.Aggregate(EnvironmentBlock.Empty, (block, word) =>
    {
        var (name, value) = Variable.Parse(word);
        return block.With(name, value);
    });
}
