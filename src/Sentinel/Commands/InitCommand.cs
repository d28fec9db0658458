using System.CommandLine;
using Sentinel.Core.Imports;
using Sentinel.Core.Projects;
using Sentinel.Linux.Native;
using Sentinel.Linux.Proc;
using Sentinel.Rendering;

namespace Sentinel.Commands;

internal static class InitCommand
{
    private const string Agents = "AGENTS.md";

    private const UnixFileMode ReadAndWriteByAll = (UnixFileMode)0x1b6; // 0666

    public static Command Create()
    {
        var agents = SharedOptions.Flag("--agents", $"Tell coding agents how to use Sentinel here: add six lines to {Agents}; a {ProjectFile.Name} that is there stays");
        var command = new Command("init") { agents };
        command.SetAction(result =>
        {
            using var output = new Output(StandardStream.Output);
            var folder = Caller.FolderAsSeen;
            var file = Path.Combine(folder, ProjectFile.Name);
            if (!File.Exists(file))
            {
                Write(file, StartingFiles.Project, FileMode.CreateNew);
                output.Line($"Wrote {ProjectFile.Name}; edit it, and 'sentinel check' tells what is wrong in it");
                foreach (var other in Importer.ProjectsIn(new SourceFolder(folder)))
                    output.Line(Text.Printable($"'up' takes it instead of {other}; 'sentinel import {Text.Argument(other)}' prints what that comes to"));
            }
            else if (!result.GetValue(agents))
            {
                return Session.Fail($"there is a {ProjectFile.Name} here already; 'sentinel check' tells what is wrong in it");
            }

            if (result.GetValue(agents))
                output.Line(Tell(Path.Combine(folder, Agents)));
            return ExitCode.Success;
        });
        return command;
    }

    private static string Tell(string file)
    {
        var before = File.Exists(file) ? File.ReadAllText(file) : "";
        if (before.Contains(StartingFiles.AgentsTitle, StringComparison.Ordinal))
            return $"{Agents} tells of Sentinel already";
        var between = before.Length == 0 ? "" : before.EndsWith('\n') ? "\n" : "\n\n";
        Write(file, between + StartingFiles.Agents, FileMode.Append);
        return $"Added six lines to {Agents}";
    }

    // For others to read as the caller's umask has it, not as ours.
    private static void Write(string file, string text, FileMode mode)
    {
        var isNew = !File.Exists(file);
        using (var stream = new StreamWriter(new FileStream(file, mode, FileAccess.Write)))
            stream.Write(text);
        if (isNew)
            File.SetUnixFileMode(file, ReadAndWriteByAll & ~(UnixFileMode)Caller.Umask);
    }
}
