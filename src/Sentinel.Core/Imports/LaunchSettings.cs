using Sentinel.Model.Specs;

namespace Sentinel.Core.Imports;

/// <summary>The <c>launchSettings.json</c> of a .NET project: its first profile that runs the project, and those that run a program.</summary>
internal static class LaunchSettings
{
    private const string OfEditor = "only an editor does this";

    private static readonly Dictionary<string, string> Whys = new() { ["iisSettings"] = "there is no IIS here" };

    private static readonly Dictionary<string, string> ProfileWhys = new()
    {
        ["launchBrowser"] = OfEditor,
        ["inspectUri"] = OfEditor,
        ["dotnetRunMessages"] = OfEditor,
        ["hotReloadEnabled"] = "'dotnet watch' does this",
        ["hotReloadProfile"] = "'dotnet watch' does this",
        ["sslPort"] = "there is no IIS here",
        ["useSSL"] = "there is no IIS here",
        ["nativeDebugging"] = OfEditor,
        ["sqlDebugging"] = OfEditor,
    };

    public static void Map(Source source)
    {
        var file = source.Keys(LiteralReader.Read(source.Path, source.Text), Whys);
        file.Ignore("$schema");
        string? taken = null;
        foreach (var (name, value) in file.Take("profiles")?.Keys()?.All() ?? [])
        {
            if (value.Keys(ProfileWhys) is not { } profile)
                continue;
            var kind = profile.Text("commandName") ?? "Project";
            if (kind == "Executable")
            {
                Executable(source, name, value, profile);
            }
            else if (kind != "Project" || taken is not null)
            {
                value.Tell(kind == "Project" ? $"another way to run the same project; {taken} was taken" : $"there is no {kind} here");
                profile.IgnoreRest();
            }
            else
            {
                taken = name;
                Project(source, name, value, profile);
            }
        }
    }

    // The file is in Properties, below the folder of the project.
    private static void Project(Source source, string name, Value at, Keys profile)
    {
        var folder = Path.GetDirectoryName(source.Path) ?? "";
        var isBelow = Path.GetFileName(folder) == "Properties";
        var project = isBelow ? Path.GetFileName(Path.GetDirectoryName(folder)) : null;
        var draft = source.Drafts.Add(project is { Length: > 0 } and not ("." or "..") ? project : name, at);
        var arguments = profile.Take("commandLineArgs")?.Text();
        draft.Run(at, $"dotnet run --no-launch-profile{(arguments is null ? "" : $" -- {arguments}")}");
        if (isBelow)
            draft.Give(at, "cwd", "..");
        Environment(draft, profile);
        var page = profile.Take("launchUrl");
        if (profile.Take("applicationUrl") is not { } addresses || addresses.Text() is not { } text)
        {
            page?.Tell(OfEditor);
            return;
        }

        draft.Literal(addresses, "ASPNETCORE_URLS", text);
        foreach (var address in text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            if (Uri.TryCreate(address.Replace("*", "localhost").Replace("+", "localhost"), UriKind.Absolute, out var url) && url.Port > 0)
            {
                draft.Port(addresses, url.Port, text.Contains(';') ? url.Scheme : null);
                if (!draft.Has("url") && Uri.TryCreate(url, page?.Text() ?? "", out var reached))
                    draft.Give(addresses, "url", reached.AbsoluteUri);
            }
            else
            {
                addresses.Tell($"'{address}' is not a URL");
            }
    }

    private static void Executable(Source source, string name, Value at, Keys profile)
    {
        if (profile.Text("executablePath") is not { Length: > 0 } program)
        {
            at.Tell("it has no executablePath");
            profile.IgnoreRest();
            return;
        }

        var draft = source.Drafts.Add(name, at);
        draft.Run(at, $"{ShellWords.Quote(program)} {profile.Text("commandLineArgs")}");
        if (profile.Take("workingDirectory") is { } folder && folder.Text() is { } path)
            draft.Give(folder, "cwd", path);
        Environment(draft, profile);
    }

    private static void Environment(Draft draft, Keys profile)
    {
        foreach (var (variable, value) in profile.Take("environmentVariables")?.Keys()?.All() ?? [])
            if (value.Text() is { } text)
                draft.Literal(value, variable, text);
    }
}
