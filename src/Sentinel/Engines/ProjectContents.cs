using System.Text;
using Sentinel.Core.Exports;
using Sentinel.Linux.Files;
using Sentinel.Model.Specs;

namespace Sentinel.Engines;

/// <summary>What the files and secrets of a project hold, read here and now.</summary>
internal sealed class ProjectContents : IContents
{
    private const int MostBytes = 1024 * 1024;

    private static readonly RegularFiles Files = new();

    public bool IsThere(string path) => File.Exists(path);

    public byte[]? Read(string path, bool isOptional) =>
        Content(path, "the environment file") ?? (isOptional ? [] : throw new EngineException($"the environment file {path} is not there, and the engine gets what it holds"));

    /// <returns>Null: its file is not there, so the engine has it from somebody else.</returns>
    public string? ValueOf(Secret secret, ProcessSpec spec)
    {
        if (!secret.IsCommand)
        {
            var path = secret.Source.StartsWith("~/", StringComparison.Ordinal) ? Path.Combine(Environment.GetEnvironmentVariable("HOME") ?? "/", secret.Source[2..]) : secret.Source;
            return Content(path, $"the file of the secret {secret.Name}") is { } content ? Text(Encoding.UTF8.GetString(content)) : null;
        }

        var result = new EngineProgram("/bin/sh", ["-c"]) { Folder = spec.WorkingDirectory }.Call([secret.Source]).GetAwaiter().GetResult();
        return result.IsOk ? Text(result.Output) : throw new EngineException($"the secret {secret.Name} cannot be had from '{secret.Source}': {result.Why}");
    }

    // As a shell takes what a command prints.
    private static string Text(string read) => read.TrimEnd('\n');

    private static byte[]? Content(string path, string what)
    {
        try
        {
            return Files.Read(path, MostBytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EngineException($"{what} cannot be read: {e.Message}");
        }
    }
}
