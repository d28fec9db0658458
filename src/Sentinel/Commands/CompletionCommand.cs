using System.CommandLine;
using Sentinel.Rendering;

namespace Sentinel.Commands;

/// <summary>Prints what a shell needs to complete our command lines.</summary>
internal static class CompletionCommand
{
    private static readonly string[] Shells = ["bash", "zsh", "fish"];

    public static Command Create()
    {
        var shell = new Argument<string>("shell") { Description = string.Join(", ", Shells), HelpName = "shell" };
        shell.CompletionSources.Add(Shells);
        var command = new Command("completion") { shell };
        command.Check(result =>
        {
            if (result.GetValue(shell) is { } name && !Shells.Contains(name))
                throw new FormatException($"there is no completion for '{name}', only for {string.Join(", ", Shells)}");
        });
        command.SetAction(result =>
        {
            using var script = typeof(CompletionCommand).Assembly.GetManifestResourceStream(result.GetValue(shell)!)!;
            using var output = new Output(Linux.Native.StandardStream.Output);
            var bytes = new byte[script.Length];
            script.ReadExactly(bytes);
            output.Write(bytes);
            return ExitCode.Success;
        });
        return command;
    }
}
