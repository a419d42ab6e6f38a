//! Every table as diesel sees it; the migrations are the truth, a test compares the two.

diesel::table! {
    settings (key) {
        key -> Text,
        value -> Text,
        updated_at -> BigInt,
    }
}

diesel::table! {
    jobs (id) {
        id -> BigInt,
        kind -> Text,
        payload -> Text,
        dedup_key -> Nullable<Text>,
        priority -> Integer,
        state -> Text,
        run_at -> BigInt,
        attempts -> Integer,
        max_attempts -> Integer,
        fence -> BigInt,
        lease_until -> Nullable<BigInt>,
        last_error -> Nullable<Text>,
        created_at -> BigInt,
        finished_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    idempotency_keys (actor, key) {
        actor -> Text,
        key -> Text,
        fingerprint -> Text,
        status -> Integer,
        content_type -> Text,
        body -> Text,
        secret -> Bool,
        created_at -> BigInt,
    }
}

diesel::table! {
    audit_log (id) {
        id -> BigInt,
        at -> BigInt,
        actor_id -> Nullable<BigInt>,
        action -> Text,
        object_type -> Text,
        object_id -> Nullable<BigInt>,
        detail -> Text,
        ip -> Text,
    }
}

diesel::table! {
    change_versions (name) {
        name -> Text,
        version -> BigInt,
    }
}

diesel::table! {
    tiers (rank) {
        rank -> Integer,
        slug -> Text,
        name_de -> Text,
        name_en -> Text,
        min_turnover -> BigInt,
        periods -> Integer,
        response_hours -> Integer,
    }
}

diesel::table! {
    niches (id) {
        id -> BigInt,
        slug -> Text,
        name_de -> Text,
        name_en -> Text,
        description_de -> Text,
        description_en -> Text,
        min_rank -> Integer,
        hue -> Integer,
        position -> Integer,
        created_at -> BigInt,
    }
}

diesel::table! {
    members (id) {
        id -> BigInt,
        email -> Text,
        email_key -> Text,
        name -> Text,
        name_key -> Text,
        password_hash -> Nullable<Text>,
        role -> Text,
        status -> Text,
        locale -> Text,
        theme -> Text,
        time_zone -> Text,
        tier_rank -> Integer,
        tier_override_rank -> Nullable<Integer>,
        pitch -> Text,
        bio -> Text,
        decline_reason -> Text,
        newsletter_consent -> Bool,
        tracking_consent -> Bool,
        rights_version -> BigInt,
        created_at -> BigInt,
        confirmed_at -> Nullable<BigInt>,
        joined_at -> Nullable<BigInt>,
        last_seen_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    member_tags (member_id, tag) {
        member_id -> BigInt,
        tag -> Text,
    }
}

diesel::table! {
    member_niches (member_id, niche_id) {
        member_id -> BigInt,
        niche_id -> BigInt,
    }
}

diesel::table! {
    sessions (id) {
        id -> BigInt,
        member_id -> BigInt,
        token_hash -> Text,
        created_at -> BigInt,
        last_seen_at -> BigInt,
        expires_at -> BigInt,
        ip -> Text,
        agent -> Text,
    }
}

diesel::table! {
    api_tokens (id) {
        id -> BigInt,
        member_id -> BigInt,
        name -> Text,
        token_hash -> Text,
        scopes -> Text,
        created_at -> BigInt,
        expires_at -> Nullable<BigInt>,
        last_used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    mail_tokens (id) {
        id -> BigInt,
        member_id -> Nullable<BigInt>,
        purpose -> Text,
        token_hash -> Text,
        detail -> Text,
        created_at -> BigInt,
        expires_at -> BigInt,
        used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    consents (id) {
        id -> BigInt,
        member_id -> Nullable<BigInt>,
        email_key -> Text,
        kind -> Text,
        state -> Text,
        wording -> Text,
        version -> Text,
        locale -> Text,
        source -> Text,
        ip -> Text,
        agent -> Text,
        at -> BigInt,
    }
}

diesel::table! {
    programs (id) {
        id -> BigInt,
        slug -> Text,
        name -> Text,
        link_base -> Text,
        currency -> Text,
        description_de -> Text,
        description_en -> Text,
        s2s_secret -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    affiliate_refs (id) {
        id -> BigInt,
        program_id -> BigInt,
        member_id -> BigInt,
        #[sql_name = "ref"]
        ref_code -> Text,
        ref_key -> Text,
        for_links -> Bool,
        created_at -> BigInt,
    }
}

diesel::table! {
    imports (id) {
        id -> BigInt,
        kind -> Text,
        status -> Text,
        dry_run -> Bool,
        file_name -> Text,
        file_path -> Text,
        options -> Text,
        report -> Text,
        rows_done -> BigInt,
        rows_total -> BigInt,
        created_by -> Nullable<BigInt>,
        created_at -> BigInt,
        finished_at -> Nullable<BigInt>,
        undone_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    import_marks (id) {
        id -> BigInt,
        import_id -> BigInt,
        kind -> Text,
        object_id -> BigInt,
    }
}

diesel::table! {
    conversions (id) {
        id -> BigInt,
        source -> Text,
        order_id -> Text,
        product_id -> Text,
        program_id -> Nullable<BigInt>,
        affiliate_ref -> Text,
        ref_key -> Text,
        member_id -> Nullable<BigInt>,
        amount -> BigInt,
        currency -> Text,
        commission -> Nullable<BigInt>,
        status -> Text,
        occurred_at -> BigInt,
        import_id -> Nullable<BigInt>,
        raw -> Text,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    conversion_changes (id) {
        id -> BigInt,
        conversion_id -> BigInt,
        import_id -> Nullable<BigInt>,
        before -> Text,
        after -> Text,
        at -> BigInt,
    }
}

diesel::table! {
    tier_changes (id) {
        id -> BigInt,
        member_id -> BigInt,
        from_rank -> Integer,
        to_rank -> Integer,
        reason -> Text,
        at -> BigInt,
    }
}

diesel::table! {
    threads (id) {
        id -> BigInt,
        niche_id -> BigInt,
        author_id -> Nullable<BigInt>,
        title -> Text,
        title_key -> Text,
        post_count -> Integer,
        last_number -> Integer,
        last_post_at -> BigInt,
        last_post_by -> Nullable<BigInt>,
        pinned -> Bool,
        locked -> Bool,
        hidden -> Bool,
        created_at -> BigInt,
    }
}

diesel::table! {
    posts (id) {
        id -> BigInt,
        thread_id -> BigInt,
        number -> Integer,
        author_id -> Nullable<BigInt>,
        reply_to -> Nullable<Integer>,
        body -> Text,
        html -> Text,
        rev -> Integer,
        likes -> Integer,
        created_at -> BigInt,
        edited_at -> Nullable<BigInt>,
        deleted_at -> Nullable<BigInt>,
        hidden_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    post_likes (post_id, member_id) {
        post_id -> BigInt,
        member_id -> BigInt,
        created_at -> BigInt,
    }
}

diesel::table! {
    thread_reads (member_id, thread_id) {
        member_id -> BigInt,
        thread_id -> BigInt,
        last_number -> Integer,
        read_at -> BigInt,
    }
}

diesel::table! {
    niche_reads (member_id, niche_id) {
        member_id -> BigInt,
        niche_id -> BigInt,
        seen_at -> BigInt,
    }
}

diesel::table! {
    post_reports (id) {
        id -> BigInt,
        post_id -> BigInt,
        member_id -> BigInt,
        reason -> Text,
        created_at -> BigInt,
        closed_at -> Nullable<BigInt>,
        closed_by -> Nullable<BigInt>,
    }
}

diesel::table! {
    rooms (id) {
        id -> BigInt,
        slug -> Text,
        name -> Text,
        topic -> Text,
        access -> Text,
        min_rank -> Integer,
        niche_id -> Nullable<BigInt>,
        epoch -> Text,
        seq -> BigInt,
        message_count -> BigInt,
        created_at -> BigInt,
        created_by -> Nullable<BigInt>,
        archived_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    room_members (room_id, member_id) {
        room_id -> BigInt,
        member_id -> BigInt,
        joined_at -> BigInt,
        joined_seq -> BigInt,
        last_read_seq -> BigInt,
        mentions -> Integer,
        muted_until -> Nullable<BigInt>,
    }
}

diesel::table! {
    messages (id) {
        id -> BigInt,
        room_id -> BigInt,
        seq -> BigInt,
        sender_id -> Nullable<BigInt>,
        body -> Text,
        html -> Text,
        reply_to -> Nullable<BigInt>,
        rev -> Integer,
        created_at -> BigInt,
        edited_at -> Nullable<BigInt>,
        deleted_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    room_events (room_id, seq) {
        room_id -> BigInt,
        seq -> BigInt,
        kind -> Text,
        message_id -> Nullable<BigInt>,
        actor_id -> Nullable<BigInt>,
        payload -> Text,
        at -> BigInt,
    }
}

diesel::table! {
    message_cids (sender_id, cid) {
        sender_id -> BigInt,
        cid -> Text,
        room_id -> BigInt,
        message_id -> BigInt,
        seq -> BigInt,
        fingerprint -> Text,
        at -> BigInt,
    }
}

diesel::table! {
    message_reactions (message_id, member_id, emoji) {
        message_id -> BigInt,
        member_id -> BigInt,
        emoji -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    resources (id) {
        id -> BigInt,
        kind -> Text,
        title -> Text,
        summary -> Text,
        search_key -> Text,
        niche_id -> Nullable<BigInt>,
        program_id -> Nullable<BigInt>,
        min_rank -> Integer,
        publish_at -> Nullable<BigInt>,
        status -> Text,
        rev -> Integer,
        download_count -> BigInt,
        created_by -> Nullable<BigInt>,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    resource_embargoes (resource_id, rank) {
        resource_id -> BigInt,
        rank -> Integer,
        until -> BigInt,
    }
}

diesel::table! {
    resource_variants (id) {
        id -> BigInt,
        resource_id -> BigInt,
        key -> Text,
        lang -> Text,
        subject -> Text,
        body -> Text,
        words -> Integer,
    }
}

diesel::table! {
    downloads (id) {
        id -> BigInt,
        resource_id -> BigInt,
        member_id -> BigInt,
        day -> Integer,
        variant -> Text,
        lang -> Text,
        format -> Text,
        at -> BigInt,
    }
}

diesel::table! {
    segments (id) {
        id -> BigInt,
        name -> Text,
        rule -> Text,
        version -> Integer,
        created_by -> Nullable<BigInt>,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    campaigns (id) {
        id -> BigInt,
        name -> Text,
        segment_id -> BigInt,
        subject_de -> Text,
        subject_en -> Text,
        body_de -> Text,
        body_en -> Text,
        program_id -> Nullable<BigInt>,
        reply_to -> Text,
        tier_offsets -> Text,
        status -> Text,
        revision -> Integer,
        scheduled_at -> Nullable<BigInt>,
        started_at -> Nullable<BigInt>,
        finished_at -> Nullable<BigInt>,
        snapshot_cursor -> BigInt,
        snapshot_rule -> Text,
        hold_reason -> Text,
        excluded -> Text,
        created_by -> Nullable<BigInt>,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    deliveries (campaign_id, member_id) {
        campaign_id -> BigInt,
        member_id -> BigInt,
        email -> Text,
        email_hash -> Text,
        state -> Text,
        reason -> Text,
        tier_rank -> Integer,
        due_at -> BigInt,
        lease_owner -> Nullable<Text>,
        lease_until -> Nullable<BigInt>,
        fence -> BigInt,
        attempts -> Integer,
        next_at -> BigInt,
        stage -> Text,
        code -> Integer,
        detail -> Text,
        message_id -> Text,
        updated_at -> BigInt,
    }
}

diesel::table! {
    suppressions (id) {
        id -> BigInt,
        email_hash -> Text,
        email -> Nullable<Text>,
        reason -> Text,
        source -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    campaign_events (id) {
        id -> BigInt,
        campaign_id -> BigInt,
        member_id -> BigInt,
        kind -> Text,
        url -> Text,
        at -> BigInt,
    }
}

diesel::table! {
    search_entries (id) {
        id -> BigInt,
        kind -> Text,
        object_id -> BigInt,
        niche_id -> Nullable<BigInt>,
        min_rank -> Integer,
        lang -> Text,
        path -> Text,
        title -> Text,
        body -> Text,
        created_at -> BigInt,
    }
}

diesel::joinable!(member_tags -> members (member_id));
diesel::joinable!(member_niches -> members (member_id));
diesel::joinable!(member_niches -> niches (niche_id));
diesel::joinable!(sessions -> members (member_id));
diesel::joinable!(api_tokens -> members (member_id));
diesel::joinable!(mail_tokens -> members (member_id));
diesel::joinable!(affiliate_refs -> programs (program_id));
diesel::joinable!(affiliate_refs -> members (member_id));
diesel::joinable!(tier_changes -> members (member_id));
diesel::joinable!(threads -> niches (niche_id));
diesel::joinable!(posts -> threads (thread_id));
diesel::joinable!(post_likes -> posts (post_id));
diesel::joinable!(post_likes -> members (member_id));
diesel::joinable!(thread_reads -> members (member_id));
diesel::joinable!(thread_reads -> threads (thread_id));
diesel::joinable!(niche_reads -> members (member_id));
diesel::joinable!(niche_reads -> niches (niche_id));
diesel::joinable!(post_reports -> posts (post_id));
diesel::joinable!(post_reports -> members (member_id));
diesel::joinable!(rooms -> niches (niche_id));
diesel::joinable!(room_members -> rooms (room_id));
diesel::joinable!(room_members -> members (member_id));
diesel::joinable!(messages -> rooms (room_id));
diesel::joinable!(room_events -> rooms (room_id));
diesel::joinable!(message_reactions -> messages (message_id));
diesel::joinable!(message_reactions -> members (member_id));
diesel::joinable!(resources -> niches (niche_id));
diesel::joinable!(resources -> programs (program_id));
diesel::joinable!(resource_embargoes -> resources (resource_id));
diesel::joinable!(resource_variants -> resources (resource_id));
diesel::joinable!(downloads -> resources (resource_id));
diesel::joinable!(downloads -> members (member_id));
diesel::joinable!(campaigns -> segments (segment_id));
diesel::joinable!(campaigns -> programs (program_id));
diesel::joinable!(deliveries -> campaigns (campaign_id));
diesel::joinable!(campaign_events -> campaigns (campaign_id));

diesel::allow_tables_to_appear_in_same_query!(
    settings,
    jobs,
    idempotency_keys,
    audit_log,
    change_versions,
    tiers,
    niches,
    members,
    member_tags,
    member_niches,
    sessions,
    api_tokens,
    mail_tokens,
    consents,
    programs,
    affiliate_refs,
    imports,
    import_marks,
    conversions,
    conversion_changes,
    tier_changes,
    threads,
    posts,
    post_likes,
    thread_reads,
    niche_reads,
    post_reports,
    rooms,
    room_members,
    messages,
    room_events,
    message_cids,
    message_reactions,
    resources,
    resource_embargoes,
    resource_variants,
    downloads,
    segments,
    campaigns,
    deliveries,
    suppressions,
    campaign_events,
    search_entries,
);
