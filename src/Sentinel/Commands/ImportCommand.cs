using System.CommandLine;
using System.Text;
using Sentinel.Core.Imports;
using Sentinel.Core.Projects;
using Sentinel.Linux.Native;
using Sentinel.Rendering;

namespace Sentinel.Commands;

/// <summary>Prints a <c>sentinel.toml</c> made from the file of another tool, or writes it beside that.</summary>
internal static class ImportCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("file") { Description = "File, or a folder with one such file", HelpName = "file|folder" };
        var write = SharedOptions.Flag("--write", $"Write {ProjectFile.Name} beside the file, instead of printing it");
        var foremanPorts = SharedOptions.Flag("--foreman-ports", "Procfile: give each process the port that foreman does: 5000, 5100, ...");
        var keepContainers = SharedOptions.Flag("--keep-containers", "Compose: let 'docker compose up' run the services that have an image or are built");
        var environment = new Option<string?>("--env") { Description = "pm2: take env_NAME, too", HelpName = "name" };
        var runJs = SharedOptions.Flag("--run-js", "pm2: let node execute the file and print what it comes to; without it, only literals are read");
        var command = new Command("import") { file, write, foremanPorts, keepContainers, environment, runJs };
        command.SetAction(result => Import(
            result.GetValue(file)!,
            new ImportOptions
            {
                HasForemanPorts = result.GetValue(foremanPorts),
                KeepsContainers = result.GetValue(keepContainers),
                Environment = result.GetValue(environment),
            },
            result.GetValue(write),
            result.GetValue(runJs)));
        return command;
    }

    private static int Import(string path, ImportOptions options, bool isWritten, bool isRun)
    {
        try
        {
            path = Directory.Exists(path) ? Only(path) : path;
            if (isRun)
                options = options with { Printed = Node.Print(path) };
            var folder = new SourceFolder(Path.GetDirectoryName(path) is { Length: > 0 } named ? named : ".");
            var imported = Importer.Read(path, SourceFolder.TextOf(path), options, folder);
            if (isWritten && WhyNotWritten(Path.Combine(folder.Path, ProjectFile.Name), imported.Toml) is { } why)
                return Session.Fail(why);
            using var output = new Output(StandardStream.Output);
            if (isWritten)
                output.Line($"Wrote {Text.Printable(Path.Combine(folder.Path, ProjectFile.Name))} ({Text.Count(imported.Processes, "process", "processes")})");
            else
                output.Write(Encoding.UTF8.GetBytes(imported.Toml));
            output.Flush();
            foreach (var note in imported.NotTaken)
                Output.Tell(Text.Printable(note.ToString()));
            return imported.NotTaken.Count == 0 ? ExitCode.Success : ExitCode.Partly;
        }
        catch (ImportException e)
        {
            return Session.Fail(Text.Printable(e.Message));
        }
    }

    private static string Only(string folder) => Importer.FindIn(new SourceFolder(folder)) switch
    {
        [var only] => folder is "." ? only : Path.Combine(folder, only),
        [] => throw new ImportException($"{folder} has no file that can be imported; name one"),
        var several => throw new ImportException($"{folder} has several files that can be imported; name one of them: {string.Join(", ", several)}"),
    };

    // What somebody else has written stays.
    private static string? WhyNotWritten(string path, string toml)
    {
        try
        {
            WholeFile.Write(path, file => file.Write(Encoding.UTF8.GetBytes(toml)), overwrite: false);
            return null;
        }
        catch (IOException) when (Path.Exists(path))
        {
            return $"{Text.Printable(path)} is there already, and stays as it is; without --write the text is printed";
        }
    }
}
