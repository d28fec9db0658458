namespace Sentinel.Core.Imports;

/// <summary>
/// A file of docker compose. A service with a command is a process; one that is nothing but its image is told, or is run by
/// <c>docker compose</c> when containers are kept.
/// </summary>
internal static class ComposeFile
{
    private const string NoContainer = "no meaning without a container";

    private static readonly string[] UsualNames = ["compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"];

    public static void Map(Source source, Keys file)
    {
        // What is obsolete, or only there to be merged.
        file.Ignore("version");
        file.Ignore(key => key.StartsWith("x-", StringComparison.Ordinal));
        source.Drafts.Call(file.Take("name"));
        foreach (var (name, value) in file.Take("services")?.Keys()?.All() ?? [])
            if (value.Keys(ComposeService.Whys) is { } service)
                Add(source, name, value, service);
    }

    public static readonly Dictionary<string, string> Whys = new()
    {
        ["include"] = "other files are not followed; import them one by one",
        ["networks"] = NoContainer,
        ["volumes"] = NoContainer,
        ["configs"] = NoContainer,
        ["secrets"] = "secrets of docker stay with docker",
        ["models"] = "models of docker stay with docker",
    };

    private static void Add(Source source, string name, Value value, Keys service)
    {
        var draft = source.Drafts.Add(name, value);
        var words = ComposeService.Command(service);
        if (source.Options.KeepsContainers && (service.Has("image") || service.Has("build")))
        {
            Keep(source, name, value, draft, service);
        }
        else if (words.Count == 0)
        {
            value.Tell(service.Has("image") || service.Has("build")
                ? $"it has no command of its own, only its image; --keep-containers makes it 'docker compose up {name}'"
                : "it has no command");
            service.IgnoreRest();
        }
        else
        {
            ComposeService.Map(source, draft, service, words);
        }
    }

    // All but the order is docker's.
    private static void Keep(Source source, string name, Value value, Draft draft, Keys service)
    {
        var file = Path.GetFileName(source.Path);
        string[] compose = UsualNames.Contains(file) ? ["docker", "compose"] : ["docker", "compose", "-f", file];
        draft.Run(value, Words.Quoted([.. compose, "up", "--no-deps", "--no-log-prefix", name]));
        ComposeService.Needs(draft, service);
        ComposeService.Health(draft, service, command => Words.Quoted([.. compose, "exec", "-T", name]) + " " + command);
        if (service.Take("profiles") is { } profiles)
            draft.Profiles(profiles);
        service.IgnoreRest();
    }
}
