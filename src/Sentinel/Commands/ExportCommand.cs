using System.CommandLine;
using System.Text;
using Sentinel.Core.Exports;
using Sentinel.Linux.Native;
using Sentinel.Linux.Proc;
using Sentinel.Rendering;

namespace Sentinel.Commands;

/// <summary>Prints what a project comes to for an engine, or writes it into a folder.</summary>
internal static class ExportCommand
{
    private const UnixFileMode ReadByOwner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public static Command Create()
    {
        var engine = new Argument<string>("engine") { Description = $"What is to run the project: {string.Join(", ", Exporter.Engines)}", HelpName = "engine" };
        engine.AcceptOnlyFromAmong([.. Exporter.Engines]);
        var output = new Option<string?>("--output") { Description = "Write the files into this folder, instead of printing them; what is there and differs stays", HelpName = "folder" };
        var strict = SharedOptions.Flag("--strict", "Fail, and write nothing, if something has no equal");
        var input = new ProjectInput();
        var hostFiles = HostFilesOption.Create("");
        var command = new Command("export") { engine, output, strict, hostFiles };
        input.AddTo(command);
        command.Check(result =>
        {
            if (result.GetValue(hostFiles) && !Exporter.TakesHostFiles(result.GetValue(engine)!))
                throw new FormatException($"{HostFilesOption.Name} is for {string.Join(" and ", Exporter.Engines.Where(Exporter.TakesHostFiles))}");
        });
        command.SetAction(result =>
        {
            if (input.Read(result) is not { } project)
                return ExitCode.Usage;
            var (target, hasHostFiles) = (result.GetValue(engine)!, result.GetValue(hostFiles));
            var problems = Exporter.Problems(project, target, hasHostFiles);
            ProjectLook.Tell(problems);
            if (problems.Count > 0)
                return ExitCode.Usage;
            HostFilesOption.Warn(hasHostFiles);
            return Export(Exporter.Export(project, target, new NoContents(File.Exists), hasHostFiles), result.GetValue(output), result.GetValue(strict));
        });
        return command;
    }

    private static int Export(Exported exported, string? folder, bool isStrict)
    {
        foreach (var told in exported.Shortfalls)
            Output.Tell(Text.Printable(told.ToString()));
        if (isStrict && exported.Shortfalls.Count > 0)
            return Session.Fail($"nothing is written: {Text.Count(exported.Shortfalls.Count, "thing has", "things have")} no equal");
        if (folder is null)
            Print(exported.Files);
        else if (WhyNotWritten(exported.Files, Caller.Absolute(folder)) is { } why)
            return Session.Fail(Text.Printable(why));
        return exported.Shortfalls.Count == 0 ? ExitCode.Success : ExitCode.Partly;
    }

    private static void Print(IReadOnlyList<ExportedFile> files)
    {
        using var output = new Output(StandardStream.Output);
        foreach (var (index, file) in files.Index())
        {
            if (files.Count > 1)
                output.Line($"{(index > 0 ? "\n" : "")}# file: {file.Name}");
            output.Write(Encoding.UTF8.GetBytes(file.Text));
        }
    }

    // All are looked at first, so that either none is in the way or nothing is written.
    private static string? WhyNotWritten(IReadOnlyList<ExportedFile> files, string folder)
    {
        try
        {
            if (files.FirstOrDefault(file => IsOther(Path.Combine(folder, file.Name), file.Text)) is { } other)
                return $"{Path.Combine(folder, other.Name)} is there already and differs, so nothing is written; delete it, or choose another folder";
            using var output = new Output(StandardStream.Output);
            foreach (var file in files)
            {
                var path = Path.Combine(folder, file.Name);
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                WholeFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(file.Text)), overwrite: true, file.IsPrivate ? ReadByOwner : null);
                output.Line($"Wrote {Text.Printable(path)}");
            }

            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"{folder} cannot be written: {e.Message}";
        }
    }

    private static bool IsOther(string path, string text) => Path.Exists(path) && (!File.Exists(path) || File.ReadAllText(path) != text);
}
